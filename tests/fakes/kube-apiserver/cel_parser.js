// SPDX-License-Identifier: GPL-2.0-or-later
// The part of the Common Expression Language that CRDs use, parsed to a tree. Recursive descent over the grammar of the
// CEL specification.
'use strict';

const tokenPattern = new RegExp([
    '(?<space>\\s+|//[^\\n]*)',
    '(?<number>\\d+\\.\\d+(?:[eE][+-]?\\d+)?|\\d+[eE][+-]?\\d+|0x[0-9a-fA-F]+u?|\\d+u?)',
    '(?<text>[rR]?"(?:[^"\\\\]|\\\\.)*"|[rR]?\'(?:[^\'\\\\]|\\\\.)*\')',
    '(?<name>[A-Za-z_][A-Za-z0-9_]*)',
    '(?<symbol>\\|\\||&&|==|!=|<=|>=|[-+*/%!<>?:.,()\\[\\]{}])',
].join('|'), 'y');

const escapes = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', a: '\x07' };

function unquote(token) {
    const raw = /^[rR]/.test(token);
    const inner = token.slice(raw ? 2 : 1, -1);
    if (raw) return inner;
    return inner.replace(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/g, (_, c) =>
        c.length > 1 ? String.fromCodePoint(parseInt(c.slice(1), 16)) : escapes[c] || c);
}

function tokenize(source) {
    const tokens = [];
    tokenPattern.lastIndex = 0;
    while (tokenPattern.lastIndex < source.length) {
        const at = tokenPattern.lastIndex;
        const match = tokenPattern.exec(source);
        if (!match) throw new Error(`CEL: unexpected '${source[at]}' at ${at} of ${source}`);
        const [kind, value] = Object.entries(match.groups).find(([, each]) => each !== undefined);
        if (kind !== 'space') tokens.push({ kind, value });
    }
    return tokens;
}

const binaryLevels = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']];
const macros = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

class Parser {
    constructor(source) {
        this.tokens = tokenize(source);
        this.position = 0;
    }

    peek(value) {
        const token = this.tokens[this.position];
        return token !== undefined && token.kind !== 'text' && token.value === value;
    }

    accept(value) {
        if (!this.peek(value)) return false;
        this.position += 1;
        return true;
    }

    expect(value) {
        if (!this.accept(value)) throw new Error(`CEL: '${value}' is missing`);
    }

    expression() {
        const condition = this.binary(0);
        if (!this.accept('?')) return condition;
        const yes = this.binary(0);
        this.expect(':');
        return { op: '?', condition, yes, no: this.expression() };
    }

    binary(level) {
        if (level === binaryLevels.length) return this.unary();
        let left = this.binary(level + 1);
        for (;;) {
            const op = binaryLevels[level].find((each) => this.peek(each));
            if (!op) return left;
            this.position += 1;
            left = { op, left, right: this.binary(level + 1) };
        }
    }

    unary() {
        if (this.accept('!')) return { op: 'not', value: this.unary() };
        if (this.accept('-')) return { op: 'negate', value: this.unary() };
        return this.member();
    }

    member() {
        let value = this.primary();
        for (;;) {
            if (this.accept('.')) {
                const name = this.tokens[this.position++].value;
                value = this.accept('(') ? this.call(name, value) : { op: 'field', value, name };
            } else if (this.accept('[')) {
                value = { op: 'index', value, index: this.expression() };
                this.expect(']');
            } else {
                return value;
            }
        }
    }

    call(name, target) {
        const args = this.list(')');
        if (target && macros.has(name) && args.length >= 2) {
            return { op: 'macro', name, target, variable: args[0].name, body: args.slice(1) };
        }
        return { op: 'call', name, target, args };
    }

    list(end) {
        const items = [];
        while (!this.accept(end)) {
            items.push(this.expression());
            if (!this.peek(end)) this.expect(',');
        }
        return items;
    }

    primary() {
        const token = this.tokens[this.position++];
        if (!token) throw new Error('CEL: the expression ends too soon');
        if (token.kind === 'text') return { op: 'literal', value: unquote(token.value) };
        if (token.kind === 'number') return { op: 'literal', value: Number(token.value.replace(/u$/, '')) };
        if (token.value === '(') {
            const inner = this.expression();
            this.expect(')');
            return inner;
        }
        if (token.value === '[') return { op: 'list', items: this.list(']') };
        if (token.value === '{') return this.map();
        if (token.kind !== 'name') throw new Error(`CEL: unexpected '${token.value}'`);
        if (token.value === 'true' || token.value === 'false') return { op: 'literal', value: token.value === 'true' };
        if (token.value === 'null') return { op: 'literal', value: null };
        return this.accept('(') ? this.call(token.value, undefined) : { op: 'name', name: token.value };
    }

    map() {
        const entries = [];
        while (!this.accept('}')) {
            const key = this.expression();
            this.expect(':');
            entries.push([key, this.expression()]);
            if (!this.peek('}')) this.expect(',');
        }
        return { op: 'map', entries };
    }
}

function parse(source) {
    const parser = new Parser(source);
    const tree = parser.expression();
    if (parser.position !== parser.tokens.length) {
        throw new Error(`CEL: unexpected '${parser.tokens[parser.position].value}'`);
    }
    return tree;
}

module.exports = { parse };
