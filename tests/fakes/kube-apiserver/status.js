// SPDX-License-Identifier: GPL-2.0-or-later
// Refusals: a metav1.Status with the messages of the API server, thrown as ApiError.
'use strict';

const { text, typeName } = require('./json');

class ApiError extends Error {
    /// `plain` is a text/plain body that replaces the Status.
    constructor(code, reason, message, details, more = {}) {
        super(message);
        this.code = code;
        this.headers = more.headers || {};
        this.plain = more.plain;
        this.body = { kind: 'Status', apiVersion: 'v1', metadata: more.metadata || {}, status: 'Failure' };
        if (message !== '') this.body.message = message;
        if (reason) this.body.reason = reason;
        if (details) this.body.details = details;
        this.body.code = code;
    }
}

/// "ntpservices.ntp.fos1.io"; a core resource has no group.
function qualified(def) {
    return def.group ? `${def.plural}.${def.group}` : def.plural;
}

function details(def, name) {
    const result = {};
    if (name) result.name = name;
    if (def.group) result.group = def.group;
    result.kind = def.plural;
    return result;
}

const notFound = (def, name) =>
    new ApiError(404, 'NotFound', `${qualified(def)} "${name}" not found`, details(def, name));

const alreadyExists = (def, name) =>
    new ApiError(409, 'AlreadyExists', `${qualified(def)} "${name}" already exists`, details(def, name));

const conflict = (def, name, why) =>
    new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(def)} "${name}": ${why}`,
        details(def, name));

const modified = (def, name) =>
    conflict(def, name, 'the object has been modified; please apply your changes to the latest version and try again');

const badRequest = (message) => new ApiError(400, 'BadRequest', message);
const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');
const expired = (message, metadata) => new ApiError(410, 'Expired', message, undefined, { metadata });

const pageNotFound = () => new ApiError(404, 'NotFound', '', undefined, { plain: '404 page not found\n' });

const methodNotAllowed = () =>
    new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

const unsupportedMediaType = (accepted) =>
    new ApiError(415, 'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`, {});

const notAcceptable = (accepted) =>
    new ApiError(406, 'NotAcceptable',
        `only the following media types are accepted: ${accepted.join(', ')}`, {});

const initializing = () =>
    new ApiError(429, 'TooManyRequests', 'storage is (re)initializing', { retryAfterSeconds: 1 },
        { headers: { 'retry-after': '1' } });

const badPatch = () =>
    new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

// One mistake in an object: {type, field, value, detail, supported}.
const fieldReasons = {
    Invalid: 'FieldValueInvalid', TypeInvalid: 'FieldValueTypeInvalid', Required: 'FieldValueRequired',
    NotSupported: 'FieldValueNotSupported', Duplicate: 'FieldValueDuplicate', TooLong: 'FieldValueTooLong',
    TooMany: 'FieldValueTooMany', Forbidden: 'FieldValueForbidden',
};

function shownValue(value) {
    return typeName(value) === 'undefined' ? 'null' : text(value).replace(/\\u003[ce]|\\u0026/g, (c) => JSON.parse(`"${c}"`));
}

function fieldMessage(error) {
    const tail = error.detail ? `: ${error.detail}` : '';
    switch (error.type) {
        case 'Required': return `Required value${tail}`;
        case 'Forbidden': return `Forbidden${tail}`;
        case 'Duplicate': return `Duplicate value: ${shownValue(error.value)}`;
        case 'NotSupported':
            return `Unsupported value: ${shownValue(error.value)}: supported values: ` +
                error.supported.map((each) => JSON.stringify(String(each))).join(', ');
        case 'TooLong': return `Too long${tail}`;
        case 'TooMany': return `Too many: ${error.value}${tail}`;
        default: return `Invalid value: ${error.rawValue || shownValue(error.value)}${tail}`;
    }
}

function invalid(subject, name, errors) {
    const lines = errors.map((error) => `${error.field}: ${fieldMessage(error)}`);
    const all = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
    const what = { };
    if (name) what.name = name;
    if (subject.group) what.group = subject.group;
    what.kind = subject.kind;
    what.causes = errors.map((error) => ({
        reason: fieldReasons[error.type], message: fieldMessage(error), field: error.field,
    }));
    const kind = subject.group ? `${subject.kind}.${subject.group}` : subject.kind;
    return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${all}`, what);
}

const invalidOptions = (kind, errors) => invalid({ kind, group: 'meta.k8s.io' }, '', errors);

module.exports = {
    ApiError, qualified, notFound, alreadyExists, conflict, modified, badRequest, unauthorized, expired, pageNotFound,
    methodNotAllowed, unsupportedMediaType, notAcceptable, initializing, badPatch, invalid, invalidOptions,
};
