// SPDX-License-Identifier: GPL-2.0-or-later
// Every request as a line of JSON, written once: when its answer begins, or when it ends without one (status 0).
'use strict';

const fs = require('fs');

class RequestLog {
    constructor(path) {
        this.file = path && fs.openSync(path, 'a');
        this.count = 0;
    }

    open(entry) {
        this.count += 1;
        return { number: this.count, time: new Date().toISOString(), user: '', groups: [], status: 0, ...entry };
    }

    answered(entry) {
        if (entry.isWritten) return;
        if (this.file) fs.writeSync(this.file, JSON.stringify(entry) + '\n');
        entry.isWritten = true;
    }

    close(entry) {
        this.answered(entry);
    }
}

module.exports = { RequestLog };
