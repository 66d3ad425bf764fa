// SPDX-License-Identifier: GPL-2.0-or-later
// Carries TCP connections from a listening socket of the machine's own network into a namespace of the lab. Never
// blocks but for the opening of a local connection; knows no protocol.
#pragma once

#include <QTcpServer>

#include "lab.h"

namespace fos1::demo {

class Relay : public QObject {
   public:
    /// `listener` listens already and is taken over; connections go to 127.0.0.1:`port` in namespace `ns`.
    Relay(const lab::Lab& lab, QString ns, int listener, quint16 port);

   private:
    void carry();

    const lab::Lab& m_lab;
    const QString m_ns;
    const quint16 m_port;
    QTcpServer m_server;
};

}  // namespace fos1::demo
