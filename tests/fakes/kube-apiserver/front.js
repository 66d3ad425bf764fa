// SPDX-License-Identifier: GPL-2.0-or-later
// The transport: TLS with HTTP/2 and HTTP/1.1; reads requests, writes answers, tracks connections, applies faults.
'use strict';

const fs = require('fs');
const http2 = require('http2');
const net = require('net');
const zlib = require('zlib');
const yaml = require('./yaml');
const { text } = require('./json');
const { ApiError, badRequest, unsupportedMediaType } = require('./status');
const { requestInfo } = require('./request_info');
const { shown, objectText } = require('./encoding');
const { Api } = require('./api');
const { Watch } = require('./watch');
const { FaultyBody, faultError } = require('./faults');

const maxBodyBytes = 3 * 1024 * 1024;
const compressedFrom = 128 * 1024;
const shortUpTo = 4096;

class Front {
    constructor(api, authenticator, faults, log, options) {
        Object.assign(this, { api, authenticator, faults, log, options });
        this.sockets = new Set();
        this.secured = new Map();  // remote port to TLS socket
        this.connections = 0;
        this.isSilent = false;
        this.goAwayChance = options.goAwayChance;
        this.goAwayEvery = 0;
        this.tls = http2.createSecureServer({ allowHTTP1: true, requestCert: true, rejectUnauthorized: false,
            settings: { maxConcurrentStreams: 250 }, ...this.secrets() });
        this.tls.on('secureConnection', (socket) => {
            socket.connectionNumber = this.connections;
            this.connections += 1;
            const { remotePort } = socket;
            this.secured.set(remotePort, socket);
            socket.on('close', () => this.secured.delete(remotePort));
        });
        this.tls.on('request', (request, response) => this.serve(request, response));
        this.sessions = new Set();
        this.tls.on('session', (session) => {
            this.sessions.add(session);
            session.on('close', () => this.sessions.delete(session));
        });
        this.tls.on('sessionError', () => {});
        this.tls.on('tlsClientError', () => {});
        this.tls.on('clientError', (_, socket) => socket.destroy());
        this.listener = net.createServer((socket) => {
            socket.on('error', () => {});
            this.sockets.add(socket);
            socket.on('close', () => this.sockets.delete(socket));
            if (!this.isSilent) this.tls.emit('connection', socket);
        });
    }

    secrets() {
        const { cert, key, clientCa } = this.options;
        return { cert: fs.readFileSync(cert), key: fs.readFileSync(key), ...(clientCa ? { ca: fs.readFileSync(clientCa) } : {}) };
    }

    /// Makes new connections use the certificate that is in the files now.
    reloadSecrets() {
        this.tls.setSecureContext(this.secrets());
    }

    listen(port, done) {
        this.listener.listen(port, '127.0.0.1', () => done(this.listener.address().port));
    }

    /// Another server of the same cluster.
    replica() {
        return new Front(this.api, this.authenticator, this.faults, this.log, this.options);
    }

    /// As if the machine of this server were gone.
    down() {
        this.listener.close();
        return this.dropConnections();
    }

    /// Ends a connection immediately. Destroying the socket below TLS instead would crash node 18.
    cut(remotePort) {
        const secured = this.secured.get(remotePort);
        if (secured) secured.destroy();
        else for (const socket of this.sockets) if (socket.remotePort === remotePort) socket.destroy();
    }

    /// Those that no side has closed. After a limit of its own (resets of streams), node no longer reads from a connection and
    /// does not notice that the client closes it.
    openConnections() {
        const port = this.listener.address().port.toString(16).toUpperCase().padStart(4, '0');
        const isOpen = (line) => new RegExp(`^ *\\d+: [0-9A-F]+:${port} [0-9A-F]+:[0-9A-F]+ 01 `).test(line);
        return fs.readFileSync('/proc/self/net/tcp', 'utf8').split('\n').filter(isOpen).length;
    }

    dropConnections() {
        const count = this.sockets.size;
        for (const socket of this.sockets) this.cut(socket.remotePort);
        return count;
    }

    /// Asks every HTTP/2 client to reconnect; requests under way continue, and the connection closes after the last one.
    goAway() {
        for (const session of this.sessions) session.close();
        return this.sessions.size;
    }

    /// A graceful shutdown: no new connections or streams; watches go on until the process ends.
    shutDown(ms) {
        this.listener.close();
        setTimeout(() => process.exit(0), ms);
        return this.goAway();
    }

    /// Go's server sends GOAWAY with an answer that has "Connection: close": every 401 since 1.29, and a share of all
    /// answers with --goaway-chance.
    mayGoAway({ request }, code) {
        if (request.httpVersionMajor !== 2) return;
        const { session } = request.stream;
        if (!session || session.closed) return;
        session.answers = (session.answers || 0) + 1;
        const isRefused = code === 401 && this.api.profile.goAwayWith401;
        const isNth = this.goAwayEvery > 0 && session.answers >= this.goAwayEvery;
        if (isRefused || isNth || Math.random() < this.goAwayChance) session.close();
    }

    serve(request, response) {
        const socket = request.httpVersionMajor === 2 ? request.stream.session.socket : request.socket;
        const url = new URL(request.url, 'https://fake');
        const entry = this.log.open({
            connection: socket.connectionNumber, http: request.httpVersion, method: request.method, path: url.pathname,
            query: Object.fromEntries(url.searchParams), url: request.url, userAgent: request.headers['user-agent'] || '',
        });
        request.on('error', () => {});
        response.on('error', () => {});
        const exchange = { request, response, url, entry, socket, fault: {}, isGone: false };
        response.on('close', () => {
            exchange.isGone = true;
            this.log.close(entry);
        });
        const chunks = [];
        let size = 0;
        request.on('data', (chunk) => {
            size += chunk.length;
            if (size <= maxBodyBytes) chunks.push(chunk);
        });
        request.on('end', () => {
            try {
                if (size > maxBodyBytes) throw new ApiError(413, 'RequestEntityTooLarge', `limit is ${maxBodyBytes}`, {});
                this.handle(exchange, Buffer.concat(chunks).toString());
            } catch (error) {
                this.refuse(exchange, error);
            }
        });
    }

    handle(exchange, body) {
        const { request, url, entry, socket } = exchange;
        const info = requestInfo(request.method, url.pathname, url.searchParams);
        Object.assign(entry, { verb: info.verb, group: info.group, version: info.version, resource: info.resource,
            subresource: info.subresource, namespace: info.namespace, name: info.name });
        const who = this.authenticator.authenticate(socket, request.headers.authorization);
        Object.assign(entry, { user: who.user, groups: who.groups });
        const fault = this.faults.take({ url: request.url, method: request.method, verb: info.verb, user: who.user });
        exchange.fault = fault;
        const go = () => {
            try {
                if (fault.hang || exchange.isGone) return;
                if (fault.status) throw faultError(fault);
                this.respond(exchange, this.api.answer(this.parsed(exchange, info, who, body)), info);
            } catch (error) {
                this.refuse(exchange, error);
            }
        };
        if (fault.delayMs) setTimeout(go, fault.delayMs);
        else go();
    }

    parsed({ request, url }, info, who, body) {
        const contentType = (request.headers['content-type'] || 'application/json').split(';')[0].trim();
        const parsed = { info, who, method: request.method, query: url.searchParams, contentType,
            accept: request.headers.accept, userAgent: request.headers['user-agent'] || 'unknown' };
        if (body === '') return parsed;
        if (!/\b(json|yaml)$/.test(contentType)) throw unsupportedMediaType(['application/json', 'application/yaml']);
        try {
            parsed.body = contentType.endsWith('yaml') ? yaml.load(body) : JSON.parse(body);
        } catch (error) {
            throw badRequest(`couldn't get version/kind; json parse error: ${error.message}`);
        }
        return parsed;
    }

    respond(exchange, answer, info) {
        const { request, url } = exchange;
        const headers = {};
        if (answer.warnings && answer.warnings.length) headers.warning = answer.warnings.map((each) => `299 - ${JSON.stringify(each)}`);
        if (answer.watch) {
            this.watch(exchange, answer.watch, info);
        } else if (answer.bytes) {
            this.send(exchange, answer.code, { 'content-type': answer.type, ...headers }, answer.bytes);
        } else if (answer.plain !== undefined) {
            this.send(exchange, answer.code, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers }, answer.plain);
        } else {
            const isCustom = answer.isCustom || (answer.def && !answer.def.builtIn);
            const people = /^(curl|Wget|Mozilla)/.test(request.headers['user-agent'] || '') || ['1', 'true'].includes(url.searchParams.get('pretty'));
            const pretty = people && (!isCustom || this.api.profile.prettyCustomResources);
            if (!answer.json && answer.form.as === 'object' && !answer.form.yaml && !pretty) {
                // The watches send the same text.
                this.send(exchange, answer.code, { 'content-type': 'application/json', ...headers }, objectText(answer.object, answer.def));
                return;
            }
            const json = answer.json || Api.represent(answer.object, answer.def, answer.form, shown(answer.object, answer.def));
            if (answer.form && answer.form.yaml) {
                this.send(exchange, answer.code, { 'content-type': 'application/yaml', ...headers }, yaml.dump(json));
                return;
            }
            this.send(exchange, answer.code, { 'content-type': 'application/json', ...headers }, pretty ? this.pretty(json) : text(json));
        }
    }

    pretty(json) {
        const plain = text(json, 2);
        return this.api.profile.breaksEmptyObjects ? plain.replace(/^( *)(.*)\{\}(,?)$/gm, '$1$2{\n$1  \n$1}$3') : plain;
    }

    refuse(exchange, error) {
        if (!(error instanceof ApiError)) {
            process.stderr.write(`${error.stack}\n`);
            error = new ApiError(500, 'InternalError', `Internal error occurred: ${error.message}`, { causes: [{ message: error.message }] });
        }
        if (exchange.response.headersSent || exchange.isGone) return;
        if (error.plain !== undefined) {
            this.send(exchange, error.code, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }, error.plain);
            return;
        }
        this.send(exchange, error.code, { 'content-type': 'application/json', ...error.headers }, this.pretty(error.body));
    }

    body(exchange) {
        const { response, request, socket, fault } = exchange;
        if (fault.tearAfter === undefined && !fault.chunkBytes && !fault.chunkDelayMs) return response;
        return new FaultyBody(response, fault, () => {
            if (fault.tearBy === 'connection' || request.httpVersionMajor !== 2) this.cut(socket.remotePort);
            else request.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR);
        });
    }

    head(exchange, code, headers) {
        this.answered(exchange, code);
        exchange.response.writeHead(code, { 'cache-control': 'no-cache, private', ...headers });
        this.mayGoAway(exchange, code);
    }

    answered(exchange, code) {
        exchange.entry.status = code;
        this.log.answered(exchange.entry);
    }

    send(exchange, code, headers, content) {
        const { request, response } = exchange;
        let bytes = Buffer.from(content);
        // As in the real server: only large answers, and never a watch.
        if (bytes.length > compressedFrom && request.method === 'GET' && /\bgzip\b/.test(request.headers['accept-encoding'] || '')) {
            bytes = zlib.gzipSync(bytes, { level: 1 });
            headers = { ...headers, 'content-encoding': 'gzip', vary: 'Accept-Encoding' };
        }
        headers = { ...headers, 'content-length': bytes.length };
        const body = this.body(exchange);
        // Like Go's server, which ends a stream with the last bytes of a short answer and not with an empty frame after
        // them; the response's own end() always sends that frame, and libcurl before 8.0 then resets the stream.
        if (request.httpVersionMajor === 2 && body === response && request.method !== 'HEAD' && bytes.length <= shortUpTo) {
            this.answered(exchange, code);
            request.stream.respond({ ':status': code, 'cache-control': 'no-cache, private', ...headers });
            this.mayGoAway(exchange, code);
            request.stream.end(bytes);
            return;
        }
        this.head(exchange, code, headers);
        if (request.method === 'HEAD') response.end();
        else body.end(bytes);
    }

    watch(exchange, { def, form }, info) {
        const { response, url } = exchange;
        let body;
        const watch = new Watch(this.api, def, info, url.searchParams, form, (line) => body.write(line), () => body.end());
        this.head(exchange, 200, { 'content-type': 'application/json' });
        response.flushHeaders();
        body = this.body(exchange);
        response.on('close', () => watch.stop());
        watch.start();
    }
}

module.exports = { Front };
