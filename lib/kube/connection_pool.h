// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP to one server by libcurl's multi interface, driven by Qt's event loop (libcurl-multi(3),
// curl_multi_socket_action(3)): HTTP/2 over as few connections as the server allows. Must not know Kubernetes.
#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <QUrl>
#include <map>
#include <memory>
#include <vector>

namespace fos1::kube {

class Transfer;

/// Belongs to its transfers together: a pool that is no longer used for new ones ends with the last of them.
class ConnectionPool : public QObject, public std::enable_shared_from_this<ConnectionPool> {
    Q_OBJECT
   public:
    struct Settings {
        QUrl server;
        QUrl proxy;               ///< empty: that of HTTPS_PROXY and NO_PROXY (libcurl-env(3))
        bool isInsecure = false;  ///< the server's certificate is not checked
        QByteArray serverName;    ///< expected in its certificate; empty: the host of the URL
        QByteArray authority;     ///< PEM; empty: the system's authorities
        QByteArray certificate;   ///< PEM of our own, with its key; may be empty
        QByteArray key;
    };

    explicit ConnectionPool(Settings settings);
    ~ConnectionPool() override;

    /// For new connections: accepts a certificate that is expired or not valid yet; everything else is still checked.
    void setTimeWaived(bool isWaived) { m_isTimeWaived = isWaived; }
    /// Whether a certificate had no other fault than its validity period, and the time was waived.
    [[nodiscard]] bool hasWaivedTime() const { return m_hasWaivedTime; }

   private:
    friend class Transfer;
    struct Forget {
        void operator()(QSocketNotifier* notifier) const {
            // It may be the sender of the signal that is being handled.
            notifier->setEnabled(false);
            notifier->deleteLater();
        }
    };
    struct Watched {
        std::unique_ptr<QSocketNotifier, Forget> read;
        std::unique_ptr<QSocketNotifier, Forget> write;
    };

    /// What all transfers of the pool have in common.
    void configure(CURL* handle);
    void configureTls(CURL* handle);
    void prepare(SSL_CTX* tls);
    static int verify(int isGood, X509_STORE_CTX* store);
    void act(curl_socket_t socket, int events);
    void watch(curl_socket_t socket, int what);
    [[nodiscard]] std::unique_ptr<QSocketNotifier, Forget> notifier(curl_socket_t socket, QSocketNotifier::Type type);

    Settings m_settings;
    bool m_isPipeIgnored;  ///< by the process
    bool m_isTimeWaived = false;
    bool m_hasWaivedTime = false;
    QTimer m_timer;
    std::map<curl_socket_t, Watched> m_sockets;
    std::vector<Transfer*> m_news;  ///< transfers that have something to report
    CURLM* m_multi;
};

}  // namespace fos1::kube
