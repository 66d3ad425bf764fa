// SPDX-License-Identifier: GPL-2.0-or-later
// Relays TCP connections from a listening socket in the machine's own network to a namespace of the lab. Blocks only
// while it opens a local connection. Must not know any protocol.
#pragma once

#include <QTcpServer>

#include "lab.h"

namespace fos1::demo {

class Relay : public QObject {
   public:
    /// Takes ownership of `listener`, which already listens. Connections go to 127.0.0.1:`port` in namespace `ns`.
    Relay(const lab::Lab& lab, QString ns, int listener, quint16 port);

   private:
    void carry();

    const lab::Lab& m_lab;
    const QString m_ns;
    const quint16 m_port;
    QTcpServer m_server;
};

}  // namespace fos1::demo
