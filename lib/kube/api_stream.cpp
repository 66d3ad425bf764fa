// SPDX-License-Identifier: GPL-2.0-or-later
#include "api_stream.h"

namespace fos1::kube {

ApiStream::ApiStream(ApiClient& client, ApiRequest request, std::chrono::milliseconds silence, QObject* parent)
    : QObject(parent), m_client(&client), m_request(std::move(request)), m_silence(silence) {
    m_patience.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        if (m_client && m_transfer && !m_isOpen) m_client->abandon(m_transfer->pool());
        finish({m_isOpen ? 200 : 0,
                {},
                std::nullopt,
                m_isOpen ? QStringLiteral("the server went silent") : QStringLiteral("no answer in time"),
                true});
    });
    m_patience.start(m_request.timeout);
    connect(m_client, &ApiClient::trustRegained, this, [this] { finish({200, {}, std::nullopt, {}}); });
    QTimer::singleShot(0, this, &ApiStream::begin);
}

ApiStream::~ApiStream() = default;

void ApiStream::begin() {
    if (m_hasEnded) return;
    if (!m_client) return finish({0, {}, std::nullopt, QStringLiteral("closed")});
    m_client->open(m_request, true, this, *this, [this](Result<std::unique_ptr<Transfer>> transfer) {
        if (!transfer) return finish({0, {}, std::nullopt, transfer.error().text()});
        if (!m_hasEnded) m_transfer = std::move(*transfer);
    });
}

void ApiStream::onHead(int status) {
    if (m_client) m_client->answered(status);
    // The client may have ended this stream.
    if (m_hasEnded || status != 200) return;
    m_isOpen = true;
    m_patience.start(m_silence);
    Q_EMIT opened();
}

void ApiStream::onData(const QByteArray& data) {
    m_lines.add(data);
    if (!m_isOpen) {
        if (m_lines.rest().size() > kMaxLine)
            finish({0, {}, std::nullopt, QStringLiteral("an error response is larger than 16 MiB")});
        return;
    }
    m_patience.start(m_silence);
    const QPointer<ApiStream> self(this);
    while (const auto text = m_lines.next()) {
        Q_EMIT line(*text);
        if (!self || m_hasEnded) return;
    }
    if (m_lines.isOverlong()) finish({200, {}, std::nullopt, QStringLiteral("an object is larger than 16 MiB")});
}

void ApiStream::onEnd(const HttpEnd& end) {
    m_transfer.reset();
    if (end.isRefused && m_repeats++ < ApiClient::kMostRepeats) return begin();
    if (m_isOpen && !m_lines.rest().isEmpty() && end.problem.isEmpty())
        return finish({200, {}, std::nullopt, QStringLiteral("the last line was cut off")});
    finish(replyOf(end, m_isOpen ? QByteArray() : m_lines.rest()));
}

void ApiStream::finish(const ApiReply& reply) {
    if (m_hasEnded) return;
    m_hasEnded = true;
    m_patience.stop();
    m_transfer.reset();
    Q_EMIT ended(reply);
}

}  // namespace fos1::kube
