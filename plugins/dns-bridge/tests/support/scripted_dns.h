// SPDX-License-Identifier: GPL-2.0-or-later
// A DNS server that answers as a test says, over UDP and TCP on one port of 127.0.0.1.
#pragma once

#include <QNetworkDatagram>
#include <QTcpServer>
#include <QTcpSocket>
#include <QUdpSocket>
#include <QtEndian>
#include <functional>

namespace fos1::dns {

class ScriptedDns {
   public:
    enum class Over { Udp, Tcp };
    /// Returns the answers to a message, none or several.
    using Script = std::function<QByteArrayList(const QByteArray& message, Over over)>;

    explicit ScriptedDns(Script script) : m_script(std::move(script)) {
        // The same port for both is free sooner or later.
        for (int i = 0; i < 100; ++i) {
            m_udp.bind(QHostAddress::LocalHost);
            if (m_tcp.listen(QHostAddress::LocalHost, m_udp.localPort())) break;
            m_udp.close();
        }
        QObject::connect(&m_udp, &QUdpSocket::readyRead, &m_udp, [this] {
            while (m_udp.hasPendingDatagrams()) {
                const QNetworkDatagram datagram = m_udp.receiveDatagram();
                ++m_asked;
                for (const QByteArray& each : m_script(datagram.data(), Over::Udp))
                    m_udp.writeDatagram(each, datagram.senderAddress(), static_cast<quint16>(datagram.senderPort()));
            }
        });
        QObject::connect(&m_tcp, &QTcpServer::newConnection, &m_tcp, [this] {
            while (QTcpSocket* socket = m_tcp.nextPendingConnection())
                QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] { read(*socket); });
        });
    }

    [[nodiscard]] quint16 port() const { return m_udp.localPort(); }
    [[nodiscard]] int asked() const { return m_asked; }
    /// Connections are closed after so many answers; 0: never.
    int closesAfter = 0;

   private:
    void read(QTcpSocket& socket) {
        while (socket.bytesAvailable() >= 2) {
            const auto length = qFromBigEndian<quint16>(socket.peek(2).constData());
            if (socket.bytesAvailable() < 2 + length) return;
            const QByteArray message = socket.read(2 + length).mid(2);
            ++m_asked;
            for (const QByteArray& each : m_script(message, Over::Tcp)) {
                QByteArray head(2, '\0');
                qToBigEndian(static_cast<quint16>(each.size()), head.data());
                socket.write(head + each);
                if (closesAfter > 0 && ++m_answered % closesAfter == 0) {
                    socket.disconnectFromHost();
                    return;
                }
            }
        }
    }

    Script m_script;
    QUdpSocket m_udp;
    QTcpServer m_tcp;
    int m_asked = 0;
    int m_answered = 0;
};

}  // namespace fos1::dns
