// SPDX-License-Identifier: GPL-2.0-or-later
// The subject of a request, from its method, path and query: the verb and the resource that RBAC checks.
'use strict';

const methodVerbs = { GET: 'get', HEAD: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

const isTrue = (value) => value === 'true' || value === '1';

function requestInfo(method, path, query) {
    const info = { isResource: false, path, verb: (methodVerbs[method] || method.toLowerCase()), group: '', version: '',
        resource: '', subresource: '', namespace: '', name: '' };
    const words = path.split('/').filter(Boolean).map(decodeURIComponent);
    let rest;
    if (words[0] === 'api' && words.length > 2) {
        info.version = words[1];
        rest = words.slice(2);
    } else if (words[0] === 'apis' && words.length > 3) {
        info.group = words[1];
        info.version = words[2];
        rest = words.slice(3);
    } else {
        return info;
    }
    info.isResource = true;
    if (rest[0] === 'namespaces' && rest.length > 1) {
        info.namespace = rest[1];
        // A namespace is an object itself and has subresources.
        if (rest.length > 2 && !['status', 'finalize'].includes(rest[2])) rest = rest.slice(2);
    }
    [info.resource, info.name = '', info.subresource = ''] = rest;
    if (info.name === '' && info.verb === 'get') info.verb = isTrue(query.get('watch')) ? 'watch' : 'list';
    if (info.name !== '' && info.verb === 'get' && isTrue(query.get('watch'))) info.verb = 'watch';
    // A list or watch of one name by its field selector is allowed to users who may access that name.
    const selected = /^metadata\.name==?([^,]+)$/.exec(query.get('fieldSelector') || '');
    info.judgedName = ['list', 'watch'].includes(info.verb) && selected ? selected[1] : info.name;
    if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
    return info;
}

module.exports = { requestInfo, isTrue };
