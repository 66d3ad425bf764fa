// SPDX-License-Identifier: GPL-2.0-or-later
// One HTTP request and its answer, over the connections of a pool.
#pragma once

#include <curl/curl.h>

#include <QByteArray>
#include <QString>
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace fos1::kube {

class ConnectionPool;

struct HttpRequest {
    QByteArray verb;
    QByteArray url;                   ///< encoded
    std::vector<QByteArray> headers;  ///< "Name: value"
    QByteArray body;
    bool isCompressible = true;
};

/// How a transfer ended.
struct HttpEnd {
    int status = 0;  ///< 0: there was no answer
    std::optional<std::chrono::milliseconds> retryAfter;
    QString problem;  ///< of the transport, for people; empty: the answer is complete
    /// The connection ended before the answer began, as when the server wants a new one. Sending it again is the
    /// remedy.
    bool isRefused = false;
};

/// Receives the parts of an answer in this order. May delete the transfer in each call. onEnd() comes exactly once.
class TransferUser {
   public:
    virtual ~TransferUser() = default;
    virtual void onHead(int status) = 0;
    virtual void onData(const QByteArray& data) = 0;
    virtual void onEnd(const HttpEnd& end) = 0;
};

/// Deleting it aborts the request. Over HTTP/2, libcurl 7.88 tells the server with the next frame of that connection.
class Transfer {
   public:
    /// Begins on a later turn of the event loop. `user` outlives the object.
    Transfer(std::shared_ptr<ConnectionPool> pool, HttpRequest request, TransferUser& user);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    [[nodiscard]] const ConnectionPool* pool() const { return m_pool.get(); }

   private:
    friend class ConnectionPool;
    void finish(CURLcode code);
    /// Passes one part of the answer to the user.
    void report();
    void addNews();
    [[nodiscard]] int status() const;
    [[nodiscard]] HttpEnd endOf(CURLcode code) const;
    static std::size_t onHeader(char* text, std::size_t size, std::size_t count, void* self);
    static std::size_t onBody(char* data, std::size_t size, std::size_t count, void* self);

    /// Shared by all transfers, because the pool ends with the last of them.
    std::shared_ptr<ConnectionPool> m_pool;
    HttpRequest m_request;
    TransferUser& m_user;
    CURL* m_handle;
    curl_slist* m_headers = nullptr;
    std::array<char, CURL_ERROR_SIZE> m_error = {};
    int m_head = 0;  ///< the status that is not reported yet
    bool m_hasBegun = false;
    QByteArray m_data;
    std::optional<HttpEnd> m_end;
};

}  // namespace fos1::kube
