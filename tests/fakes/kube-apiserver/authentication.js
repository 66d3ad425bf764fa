// SPDX-License-Identifier: GPL-2.0-or-later
// Identifies the client: client certificates, bearer tokens and basic auth from files that are read again when they
// change.
'use strict';

const fs = require('fs');
const { unauthorized } = require('./status');

/// A CSV file as the API server uses: SECRET,USER,UID[,"GROUP,GROUP"].
class CredentialFile {
    constructor(path) {
        this.path = path;
        this.stamp = '';
        this.lines = [];
    }

    read() {
        if (!this.path) return this.lines;
        const { mtimeMs, size, ino } = fs.statSync(this.path);
        const stamp = `${mtimeMs} ${size} ${ino}`;
        if (stamp !== this.stamp) {
            this.stamp = stamp;
            this.lines = fs.readFileSync(this.path, 'utf8').split('\n').map((line) => {
                const match = /^([^,]*),([^,]*)(?:,([^,]*)(?:,"?([^"]*)"?)?)?$/.exec(line.trim());
                return match && { secret: match[1], user: match[2], groups: (match[4] || '').split(',').filter(Boolean) };
            }).filter(Boolean);
        }
        return this.lines;
    }
}

function identity(user, groups) {
    const all = [...groups];
    const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user);
    if (account) all.push('system:serviceaccounts', `system:serviceaccounts:${account[1]}`);
    return { user, groups: [...all, 'system:authenticated'] };
}

class Authenticator {
    constructor({ tokenFile, basicAuthFile }) {
        this.tokens = new CredentialFile(tokenFile);
        this.passwords = new CredentialFile(basicAuthFile);
    }

    /// {user, groups}; throws 401 for unknown credentials.
    authenticate(socket, header) {
        const certificate = socket.getPeerCertificate && socket.getPeerCertificate();
        if (certificate && certificate.subject) {
            if (!socket.authorized) throw unauthorized();
            return identity(certificate.subject.CN, [].concat(certificate.subject.O || []));
        }
        if (!header) return { user: 'system:anonymous', groups: ['system:unauthenticated'] };
        const [scheme, secret = ''] = header.split(/ +/);
        const found = scheme.toLowerCase() === 'basic' ? this.byPassword(secret) : this.byToken(secret);
        if (!found) throw unauthorized();
        return identity(found.user, found.groups);
    }

    byToken(token) {
        return this.tokens.read().find((each) => each.secret === token);
    }

    byPassword(encoded) {
        const [user, ...password] = Buffer.from(encoded, 'base64').toString().split(':');
        return this.passwords.read().find((each) => each.user === user && each.secret === password.join(':'));
    }
}

module.exports = { Authenticator };
