// SPDX-License-Identifier: GPL-2.0-or-later
// Faults that tests inject: for matching requests, and in the bytes of their answers.
'use strict';

const { ApiError } = require('./status');

class Faults {
    constructor() {
        this.rules = [];
        this.lastId = 0;
    }

    /// Adds a rule: {path: regular expression over path and query, method?, verb?, user?, skip?: requests to let pass
    /// first, count?: requests to affect} and the fault: status, reason, message, retryAfter, delayMs, hang, tearAfter
    /// (bytes), tearBy ('stream' or 'connection'), chunkBytes, chunkDelayMs.
    add(rule) {
        this.lastId += 1;
        this.rules.push({ path: '.', skip: 0, count: Infinity, hits: 0, ...rule, id: this.lastId });
        return this.lastId;
    }

    remove(id) {
        this.rules = id === undefined ? [] : this.rules.filter((each) => each.id !== id);
    }

    /// The first rule that matches the request and is not used up.
    take({ url, method, verb, user }) {
        for (const rule of this.rules) {
            const fits = new RegExp(rule.path).test(url) && (!rule.method || rule.method === method) &&
                (!rule.verb || rule.verb === verb) && (!rule.user || rule.user === user);
            if (!fits || rule.count <= 0) continue;
            if (rule.skip > 0) {
                rule.skip -= 1;
                continue;
            }
            rule.count -= 1;
            rule.hits += 1;
            return rule;
        }
        return {};
    }
}

function faultError(rule) {
    const headers = rule.retryAfter === undefined ? {} : { 'retry-after': String(rule.retryAfter) };
    const details = rule.retryAfter === undefined ? {} : { retryAfterSeconds: Number(rule.retryAfter) };
    return new ApiError(rule.status, rule.reason || '', rule.message || 'injected by a test', details, { headers });
}

/// Writes the body of an answer as the fault requires: in pieces, slowly, or incompletely.
class FaultyBody {
    constructor(response, rule, tear) {
        this.response = response;
        this.rule = rule;
        this.tear = tear;
        this.written = 0;
        this.queue = [];
        this.timer = undefined;
        this.isEnding = false;
    }

    write(data) {
        const bytes = Buffer.from(data);
        const size = this.rule.chunkBytes || bytes.length || 1;
        for (let at = 0; at < bytes.length; at += size) this.queue.push(bytes.subarray(at, at + size));
        this.pump();
    }

    end(data) {
        if (data !== undefined) this.write(data);
        this.isEnding = true;
        this.pump();
    }

    pump() {
        if (this.timer !== undefined) return;
        const { chunkDelayMs, chunkBytes, tearAfter } = this.rule;
        while (this.queue.length) {
            let chunk = this.queue.shift();
            if (tearAfter !== undefined && this.written + chunk.length >= tearAfter) {
                chunk = chunk.subarray(0, tearAfter - this.written);
                this.queue = [];
                this.isEnding = false;
                this.rule = { ...this.rule, tearAfter: Infinity };
                this.response.write(chunk, () => setImmediate(this.tear));
                this.write = () => {};
                return;
            }
            this.written += chunk.length;
            this.response.write(chunk);
            if (chunkBytes || chunkDelayMs) {
                // One turn of the loop between pieces, so that they are sent separately.
                this.timer = setTimeout(() => {
                    this.timer = undefined;
                    this.pump();
                }, chunkDelayMs || 0);
                return;
            }
        }
        if (this.isEnding) this.response.end();
    }
}

module.exports = { Faults, FaultyBody, faultError };
