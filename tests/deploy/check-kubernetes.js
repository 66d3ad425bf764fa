// SPDX-License-Identifier: GPL-2.0-or-later
// check-kubernetes.js SCHEMAS WORK: checks rendered manifests on standard input against the types of an old and a new
// Kubernetes, and what must hold for pods with the node's network. WORK: an empty directory.
'use strict';

const childProcess = require('child_process');
const fs = require('fs');
const path = require('path');
const yaml = require('/usr/share/nodejs/js-yaml');

const schemas = path.join(process.argv[2], 'node_modules');
const documents = yaml.loadAll(fs.readFileSync(0, 'utf8')).filter((each) => each);
// The CRDs have a test of their own (tst_kubectl), and the others are of the Prometheus operator.
const own = ['CustomResourceDefinition', 'PodMonitor', 'PrometheusRule'];
const problems = [];
const report = (object, words) => problems.push(`${object.kind} ${object.metadata.name}: ${words}`);

// The objects as literals of the types that kubernetes-models generates from Kubernetes' own schemas: the compiler finds
// wrong types, missing fields and unknown ones.
function typed(version) {
    const known = documents.filter((each) => !own.includes(each.kind) && fs.existsSync(path.join(schemas, `kubernetes-${version}`, `${moduleOf(each)}.d.ts`)));
    for (const object of documents.filter((each) => !known.includes(each) && !own.includes(each.kind)))
        report(object, `Kubernetes ${version} does not know it`);
    const imports = [...new Set(known.map((each) => `import { I${each.kind} } from 'kubernetes-${version}/${moduleOf(each)}';`))];
    return [...imports, ...known.map((each, index) => `export const o${index}: I${each.kind} = ${JSON.stringify(each)};`)].join('\n');
}

function moduleOf(object) {
    const folder = object.apiVersion === 'v1' ? 'v1' : object.apiVersion;
    return `${folder}/${object.kind}`;
}

function compile(version) {
    const work = fs.mkdtempSync(path.join(process.argv[3], 'types-'));
    fs.writeFileSync(path.join(work, 'objects.ts'), typed(version));
    fs.symlinkSync(schemas, path.join(work, 'node_modules'));
    const compilerOptions = { noEmit: true, strict: true, skipLibCheck: true, moduleResolution: 'node', target: 'es2020', module: 'commonjs', types: [] };
    fs.writeFileSync(path.join(work, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['objects.ts'] }));
    const compiler = path.join(schemas, 'typescript/bin/tsc');
    const result = childProcess.spawnSync(process.execPath, [compiler, '-p', work], { encoding: 'utf8', timeout: 120000 });
    if (result.status !== 0) problems.push(`Kubernetes ${version}: ${result.stdout}${result.stderr}`);
}

function checkPods(set) {
    const pod = set.spec.template.spec;
    const most = { cpu: 200, memory: 256 };
    const number = (quantity) => parseInt(quantity, 10);
    if (pod.hostNetwork !== true || pod.dnsPolicy !== 'ClusterFirstWithHostNet') report(set, 'not on the network of the node');
    if (pod.hostPID || pod.hostIPC) report(set, 'shares more than the network');
    if (!(pod.terminationGracePeriodSeconds >= 15)) report(set, 'may be killed before it has withdrawn');
    if (((set.spec.updateStrategy || {}).rollingUpdate || {}).maxSurge) report(set, 'two pods on a node would want one port');
    const volumes = new Set(pod.volumes.map((each) => each.name));
    for (const container of pod.containers) {
        const { limits, requests } = container.resources;
        if (number(limits.cpu) > most.cpu || number(limits.memory) > most.memory) report(set, 'limits are too large');
        if (number(requests.cpu) !== 100 || number(requests.memory) !== 128) report(set, 'requests are not as promised');
        const security = container.securityContext;
        if (security.privileged || security.allowPrivilegeEscalation !== false || security.readOnlyRootFilesystem !== true) report(set, 'has more rights than it needs');
        if (security.capabilities.drop.join() !== 'ALL') report(set, 'keeps capabilities');
        for (const needed of ['NET_ADMIN', 'NET_BIND_SERVICE', 'SYS_TIME']) if (!security.capabilities.add.includes(needed)) report(set, `lacks ${needed}`);
        for (const port of container.ports) if (port.hostPort !== port.containerPort) report(set, `port ${port.name} differs on the node`);
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) if (!container[probe]) report(set, `no ${probe}`);
        for (const mount of container.volumeMounts) if (!volumes.has(mount.name)) report(set, `volume ${mount.name} is missing`);
    }
    const written = pod.containers[0].volumeMounts.filter((each) => !each.readOnly).map((each) => each.mountPath);
    if (written.sort().join() !== '/run/fos1,/var/lib/fos1') report(set, `writes to ${written}`);
}

for (const version of ['1.20', '1.34']) compile(version);
documents.filter((each) => each.kind === 'DaemonSet').forEach(checkPods);
for (const kind of ['DaemonSet', 'Service', 'NetworkPolicy', 'ConfigMap', 'ClusterRole', 'ServiceAccount', 'Namespace'])
    if (!documents.some((each) => each.kind === kind)) problems.push(`no ${kind}`);
for (const problem of problems) console.error(problem);
console.log(`${documents.length} objects`);
process.exitCode = problems.length ? 1 : 0;
