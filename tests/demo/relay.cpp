// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTcpSocket>
#include <memory>

namespace fos1::demo {

namespace {

/// A connection inside the namespace, or -1. A socket stays in the namespace in which it was created.
int connectIn(const lab::Lab& lab, const QString& ns, quint16 port) {
    int fd = -1;
    lab.inside(ns, [&] {
        fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) return;
        ::close(fd);
        fd = -1;
    });
    return fd;
}

/// Copies data from one end to the other, and closes the other end when this one closes.
void join(QTcpSocket* from, QTcpSocket* to) {
    QObject::connect(from, &QTcpSocket::readyRead, to, [from, to] { to->write(from->readAll()); });
    QObject::connect(from, &QTcpSocket::disconnected, to, [from, to] {
        to->write(from->readAll());
        to->disconnectFromHost();
    });
}

}  // namespace

Relay::Relay(const lab::Lab& lab, QString ns, int listener, quint16 port)
    : m_lab(lab), m_ns(std::move(ns)), m_port(port) {
    connect(&m_server, &QTcpServer::newConnection, this, &Relay::carry);
    m_server.setSocketDescriptor(listener);
}

void Relay::carry() {
    while (QTcpSocket* outside = m_server.nextPendingConnection()) {
        connect(outside, &QTcpSocket::disconnected, outside, &QObject::deleteLater);
        const int fd = connectIn(m_lab, m_ns, m_port);
        auto* inside = new QTcpSocket(outside);
        if (fd < 0 || !inside->setSocketDescriptor(fd)) {
            outside->abort();
            continue;
        }
        join(outside, inside);
        join(inside, outside);
        if (outside->bytesAvailable() > 0) inside->write(outside->readAll());
    }
}

}  // namespace fos1::demo
