// SPDX-License-Identifier: GPL-2.0-or-later
// Sends messages to one DNS server and finds their answers, over UDP with retries or over one TCP connection with many
// messages under way (RFC 7766, 6.2.1.1). Asynchronous and bounded. Must not know what messages are about, or keys.
#pragma once

#include <QElapsedTimer>
#include <QHostAddress>
#include <QTcpSocket>
#include <QTimer>
#include <QUdpSocket>
#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "fos1/result.h"
#include "wire/message.h"

namespace fos1::dns {

struct Reply {
    QByteArray message;
    Answer answer;
    bool isDoubted = false;  ///< the judge doubts it, and no better one came
};

enum class Transport { Unknown = 0, Udp, Tcp };

class DnsClient final : public QObject {
    Q_OBJECT

   public:
    using Answered = std::function<void(const Result<Reply>&)>;
    /// Whether an answer is doubtful, so that a better one is waited for: over UDP anybody can send one.
    using Doubts = std::function<bool(const QByteArray& message, const Answer& answer)>;

    DnsClient();
    ~DnsClient() override;

    /// Where messages go from now on. Those under way are canceled, without a call.
    void setServer(const QHostAddress& address, quint16 port);
    [[nodiscard]] bool hasServer() const { return !m_address.isNull(); }

    /// An id that no message under way has.
    [[nodiscard]] quint16 freeId() const;
    /// `message` has an id of freeId(). `answered` is called once, on a later turn. A message over UDP is sent up to
    /// three times, and again over TCP when the answer is truncated. Errors: Io, Timeout, and Protocol when something
    /// came that is no answer.
    void ask(const QByteArray& message, Transport transport, Answered answered, Doubts doubts = {});
    /// No call of those under way follows.
    void cancel();
    [[nodiscard]] std::size_t underWay() const { return m_waiting.size(); }

   private:
    struct Waiting {
        QByteArray message;
        Transport transport = Transport::Unknown;
        Answered answered;
        Doubts doubts;
        Question question;
        int opcode = 0;
        int sent = 0;
        qint64 dueAt = 0;  ///< in ms of m_clock
        std::optional<Reply> doubted;
        QString rubbish;  ///< what is wrong with what came instead of an answer
    };

    void send(quint16 id, Waiting& waiting);
    void sendUdp(Waiting& waiting);
    void sendTcp(Waiting& waiting);
    void readUdp();
    void acknowledge();
    void readTcp();
    void take(const QByteArray& message, Transport transport);
    void tcpFailed(const QString& words);
    void udpRefused();
    void tick();
    void end(quint16 id, const Result<Reply>& reply);
    void closeTcp();
    [[nodiscard]] QString serverText() const;

    QHostAddress m_address;
    quint16 m_port = 0;
    std::map<quint16, Waiting> m_waiting;
    std::unique_ptr<QUdpSocket> m_udp;
    std::unique_ptr<QTcpSocket> m_tcp;
    bool m_isTcpUsed = false;  ///< it has carried an answer, so that its end may only mean that it was idle
    QByteArray m_received;
    qint64 m_idleSince = 0;
    QElapsedTimer m_clock;
    QTimer m_tick;
};

}  // namespace fos1::dns
