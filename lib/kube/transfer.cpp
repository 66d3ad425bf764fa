// SPDX-License-Identifier: GPL-2.0-or-later
#include "transfer.h"

#include <algorithm>
#include <utility>

#include "connection_pool.h"

namespace fos1::kube {

namespace {

bool isAboutTls(CURLcode code) {
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CIPHER: return true;
        default: return false;
    }
}

/// The connection existed, and ended or was refused (RFC 9113, sections 6.8 and 8.7).
bool isAboutConnection(CURLcode code) {
    return code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR || code == CURLE_GOT_NOTHING || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
}

}  // namespace

Transfer::Transfer(std::shared_ptr<ConnectionPool> pool, HttpRequest request, TransferUser& user)
    : m_pool(std::move(pool)), m_request(std::move(request)), m_user(user), m_handle(curl_easy_init()) {
    if (!m_handle) qFatal("libcurl: out of memory");
    m_pool->configure(m_handle);
    curl_easy_setopt(m_handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(m_handle, CURLOPT_ERRORBUFFER, m_error.data());
    curl_easy_setopt(m_handle, CURLOPT_URL, m_request.url.constData());
    curl_easy_setopt(m_handle, CURLOPT_CUSTOMREQUEST, m_request.verb.constData());
    if (!m_request.body.isEmpty()) {
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(m_request.body.size()));
        curl_easy_setopt(m_handle, CURLOPT_POSTFIELDS, m_request.body.constData());
    }
    if (m_request.isCompressible) curl_easy_setopt(m_handle, CURLOPT_ACCEPT_ENCODING, "gzip");
    for (const QByteArray& header : m_request.headers) m_headers = curl_slist_append(m_headers, header.constData());
    curl_easy_setopt(m_handle, CURLOPT_HTTPHEADER, m_headers);
    curl_easy_setopt(m_handle, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(m_handle, CURLOPT_HEADERFUNCTION, onHeader);
    curl_easy_setopt(m_handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(m_handle, CURLOPT_WRITEFUNCTION, onBody);
    curl_multi_add_handle(m_pool->m_multi, m_handle);
}

Transfer::~Transfer() {
    std::erase(m_pool->m_news, this);
    curl_multi_remove_handle(m_pool->m_multi, m_handle);
    curl_easy_cleanup(m_handle);
    curl_slist_free_all(m_headers);
}

int Transfer::status() const {
    long status = 0;
    curl_easy_getinfo(m_handle, CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
}

std::size_t Transfer::onHeader(char* text, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t length = size * count;
    transfer.m_hasBegun = true;
    const bool isEnd = QByteArray::fromRawData(text, static_cast<qsizetype>(length)).trimmed().isEmpty();
    constexpr int kFirstFinal = 200;
    if (isEnd && transfer.status() >= kFirstFinal) {
        transfer.m_head = transfer.status();
        transfer.addNews();
    }
    return length;
}

std::size_t Transfer::onBody(char* data, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t length = size * count;
    transfer.m_data.append(data, static_cast<qsizetype>(length));
    transfer.addNews();
    return length;
}

void Transfer::addNews() {
    std::vector<Transfer*>& news = m_pool->m_news;
    if (std::find(news.begin(), news.end(), this) == news.end()) news.push_back(this);
}

HttpEnd Transfer::endOf(CURLcode code) const {
    HttpEnd end;
    end.status = m_hasBegun ? status() : 0;
    constexpr curl_off_t kLongest = 300;
    curl_off_t seconds = 0;
    curl_easy_getinfo(m_handle, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) end.retryAfter = std::chrono::seconds(std::min(seconds, kLongest));
    if (code == CURLE_OK) return end;
    const char* words = m_error.front() != '\0' ? m_error.data() : curl_easy_strerror(code);
    end.problem = (isAboutTls(code) ? QStringLiteral("TLS: ") : QString()) + QString::fromUtf8(words);
    long proxyStatus = 0;
    curl_easy_getinfo(m_handle, CURLINFO_HTTP_CONNECTCODE, &proxyStatus);
    constexpr long kFirstFailure = 300;
    end.isRefused = !m_hasBegun && isAboutConnection(code) && proxyStatus < kFirstFailure;
    return end;
}

void Transfer::finish(CURLcode code) {
    m_end = endOf(code);
    curl_multi_remove_handle(m_pool->m_multi, m_handle);
    addNews();
}

void Transfer::report() {
    // After a call, this object may be gone.
    if (m_head != 0) {
        if (!m_data.isEmpty() || m_end) addNews();
        return m_user.onHead(std::exchange(m_head, 0));
    }
    if (!m_data.isEmpty()) {
        if (m_end) addNews();
        return m_user.onData(std::exchange(m_data, {}));
    }
    if (m_end) m_user.onEnd(HttpEnd(*m_end));
}

}  // namespace fos1::kube
