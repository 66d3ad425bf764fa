// SPDX-License-Identifier: GPL-2.0-or-later
#include "unbound/unbound_channel.h"

#include <QFile>
#include <QSslConfiguration>
#include <QSslKey>
#include <chrono>

namespace fos1::dns {

namespace {

constexpr std::chrono::seconds kAnswerPatience{10};
constexpr qint64 kReadAtATime = qint64{1024} * 1024;
/// The version of the protocol; the same since unbound 1.4.
const QByteArray kProtocol("UBCT1 ");

}  // namespace

UnboundChannel::~UnboundChannel() {
    if (m_socket) m_socket->disconnect(this);
}

void UnboundChannel::ask(const QByteArray& command, const QByteArray& data, Answered answered) {
    Q_ASSERT(!m_answered);
    m_answered = std::move(answered);
    m_received.clear();
    m_message = kProtocol + command + '\n';
    // The end of the lines is one with the byte 4.
    if (!data.isEmpty()) m_message += data + "\x04\n";
    m_deadline.setSingleShot(true);
    m_deadline.disconnect();
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        end(failure(ErrorCode::Timeout,
                    QStringLiteral("no complete answer of unbound within %1 s").arg(kAnswerPatience.count()),
                    m_access.text()));
    });
    m_deadline.start(kAnswerPatience);
    if (!m_access.socket.isEmpty()) {
        openLocal();
    } else if (const auto isOpening = openTls(); !isOpening) {
        // On a later turn.
        QMetaObject::invokeMethod(
            this, [this, error = isOpening.error()] { end(tl::unexpected(error)); }, Qt::QueuedConnection);
    }
}

void UnboundChannel::openLocal() {
    auto socket = std::make_unique<QLocalSocket>();
    socket->setReadBufferSize(kReadAtATime);
    connect(socket.get(), &QLocalSocket::connected, this, &UnboundChannel::opened);
    connect(socket.get(), &QLocalSocket::readyRead, this, &UnboundChannel::read);
    connect(socket.get(), &QLocalSocket::disconnected, this, &UnboundChannel::closed, Qt::QueuedConnection);
    connect(
        socket.get(), &QLocalSocket::errorOccurred, this,
        [this, raw = socket.get()](QLocalSocket::LocalSocketError error) {
            if (error == QLocalSocket::PeerClosedError || m_socket.get() != raw) return;
            const ErrorCode code = error == QLocalSocket::ServerNotFoundError ? ErrorCode::NotFound
                                   : error == QLocalSocket::SocketAccessError ? ErrorCode::Refused
                                                                              : ErrorCode::Io;
            end(failure(code, QStringLiteral("unbound's control socket: %1").arg(raw->errorString()), m_access.text()));
        },
        Qt::QueuedConnection);
    QLocalSocket* const raw = socket.get();
    m_socket = std::move(socket);
    raw->connectToServer(m_access.socket);
}

Result<void> UnboundChannel::openTls() {
    QSslConfiguration configuration;
    const auto authorities = QSslCertificate::fromPath(m_access.serverCertificate);
    const auto own = QSslCertificate::fromPath(m_access.controlCertificate);
    QFile keyFile(m_access.controlKey);
    if (authorities.isEmpty())
        return failure(ErrorCode::NotFound, QStringLiteral("has no certificate"), m_access.serverCertificate);
    if (own.isEmpty())
        return failure(ErrorCode::NotFound, QStringLiteral("has no certificate"), m_access.controlCertificate);
    if (!keyFile.open(QIODevice::ReadOnly)) return failure(ErrorCode::Io, keyFile.errorString(), m_access.controlKey);
    const QSslKey key(&keyFile, QSsl::Rsa);
    if (key.isNull()) return failure(ErrorCode::InvalidInput, QStringLiteral("has no RSA key"), m_access.controlKey);
    // Only this certificate, which unbound has signed itself.
    configuration.setCaCertificates(authorities);
    configuration.setLocalCertificate(own.constFirst());
    configuration.setPrivateKey(key);
    auto socket = std::make_unique<QSslSocket>();
    socket->setSslConfiguration(configuration);
    socket->setPeerVerifyName(QStringLiteral("unbound"));
    socket->setReadBufferSize(kReadAtATime);
    connect(socket.get(), &QSslSocket::encrypted, this, &UnboundChannel::opened);
    connect(socket.get(), &QSslSocket::readyRead, this, &UnboundChannel::read);
    connect(socket.get(), &QSslSocket::disconnected, this, &UnboundChannel::closed, Qt::QueuedConnection);
    connect(
        socket.get(), &QSslSocket::errorOccurred, this,
        [this, raw = socket.get()](QAbstractSocket::SocketError error) {
            if (error == QAbstractSocket::RemoteHostClosedError || m_socket.get() != raw) return;
            end(failure(ErrorCode::Io, QStringLiteral("unbound's control port: %1").arg(raw->errorString()),
                        m_access.text()));
        },
        Qt::QueuedConnection);
    QSslSocket* const raw = socket.get();
    m_socket = std::move(socket);
    raw->connectToHostEncrypted(m_access.host, m_access.port, QStringLiteral("unbound"));
    return {};
}

void UnboundChannel::opened() { m_socket->write(m_message); }

void UnboundChannel::read() {
    if (!m_answered) return;
    m_received += m_socket->read(kReadAtATime);
    if (m_received.size() > kMostBytes)
        end(failure(ErrorCode::Protocol, QStringLiteral("the answer is longer than %1 bytes").arg(kMostBytes),
                    m_access.text()));
}

void UnboundChannel::closed() {
    if (!m_answered || sender() != m_socket.get()) return;
    while (m_answered && m_socket->bytesAvailable() > 0) read();
    if (m_answered) end(std::exchange(m_received, {}));
}

void UnboundChannel::end(const Result<QByteArray>& answer) {
    m_deadline.stop();
    if (m_socket) {
        m_socket->disconnect(this);
        m_socket.release()->deleteLater();
    }
    m_received = {};
    m_message = {};
    if (const Answered answered = std::exchange(m_answered, nullptr)) answered(answer);
}

}  // namespace fos1::dns
