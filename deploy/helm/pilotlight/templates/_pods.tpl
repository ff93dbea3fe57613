{{/* Names and labels: one release in a namespace, so the release's name is enough. */}}
{{- define "pilotlight.labels" -}}
app.kubernetes.io/name: pilotlight
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "pilotlight.selector" -}}
app.kubernetes.io/name: pilotlight
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* What every pod has: it is nobody, may write to /tmp alone, and knows no token of the cluster. */}}
{{- define "pilotlight.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pilotlight.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
volumeMounts:
  - {name: tmp, mountPath: /tmp}
  - {name: secrets, mountPath: /run/secrets/pilotlight, readOnly: true}
  {{- if .Values.authorities }}
  - {name: authorities, mountPath: /etc/pilotlight/authorities, readOnly: true}
  {{- end }}
{{- end }}

{{/* .files: names of variables and the keys of the Secret that hold them. */}}
{{- define "pilotlight.env" -}}
{{- range $name, $value := .root.Values.settings }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- range $name, $key := .files }}
- {name: {{ $name }}_FILE, value: /run/secrets/pilotlight/{{ $key }}}
{{- end }}
{{- end }}

{{- define "pilotlight.volumes" -}}
- name: tmp
  emptyDir: {sizeLimit: 2Gi}
- name: secrets
  secret:
    secretName: {{ .root.Values.secrets.name }}
    defaultMode: 0440
    items:
      {{- range $name, $key := .files }}
      - {key: {{ $key }}, path: {{ $key }}}
      {{- end }}
{{- if .root.Values.authorities }}
- name: authorities
  configMap: {name: {{ .root.Values.authorities }}}
{{- end }}
{{- end }}

{{/* Pods of one kind lie on different machines where that is possible. */}}
{{- define "pilotlight.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "pilotlight.selector" . | nindent 8 }}
{{- end }}
