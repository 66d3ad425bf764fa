// SPDX-License-Identifier: GPL-2.0-or-later
// Label selectors (equality and set based) and the few field selectors that every kind has.
'use strict';

const { badRequest } = require('./status');

/// Splits at commas outside parentheses.
function requirements(selector) {
    return selector.split(/,(?![^(]*\))/).map((each) => each.trim()).filter(Boolean);
}

const unparsable = (selector) => badRequest(`unable to parse requirement: found '${selector}'`);

function labelRequirement(source) {
    let match = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(source);
    if (match) {
        const values = match[3].split(',').map((each) => each.trim());
        const wanted = match[2] === 'in';
        return (labels) => (Object.hasOwn(labels, match[1]) && values.includes(labels[match[1]])) === wanted;
    }
    match = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(source);
    if (match) return (labels) => (labels[match[1]] === match[3]) === (match[2] !== '!=');
    match = /^(!?)\s*([^=!\s()]+)$/.exec(source);
    if (match) return (labels) => Object.hasOwn(labels, match[2]) === (match[1] === '');
    throw unparsable(source);
}

/// A predicate over objects.
function labelSelector(selector) {
    const checks = requirements(selector || '').map(labelRequirement);
    return (object) => checks.every((check) => check(object.metadata.labels || {}));
}

function valueAt(object, path) {
    const value = path.split('.').reduce((at, key) => (at === undefined || at === null ? undefined : at[key]), object);
    return value === undefined || value === null ? '' : String(value);
}

/// `known` are the paths by which the kind can be selected.
function fieldSelector(selector, known) {
    const checks = requirements(selector || '').map((source) => {
        const match = /^([^=!\s]+)\s*(==|=|!=)\s*(\S*)$/.exec(source);
        if (!match) throw badRequest(`invalid selector: '${selector}'; can't understand '${source}'`);
        if (!known.includes(match[1])) throw badRequest(`field label not supported: ${match[1]}`);
        return (object) => (valueAt(object, match[1]) === match[3]) === (match[2] !== '!=');
    });
    return (object) => checks.every((check) => check(object));
}

module.exports = { labelSelector, fieldSelector };
