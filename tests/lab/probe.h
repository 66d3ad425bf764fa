// SPDX-License-Identifier: GPL-2.0-or-later
// Packets sent as by a client of the lab: NTP of any mode and length, and TCP connections.
#pragma once

#include <optional>

#include "lab.h"

namespace fos1::lab {

/// An NTP packet of version 4 in `mode`; everything beyond the header is zero.
[[nodiscard]] QByteArray ntpPacket(int mode, int length = 48);

enum class Connection { Unknown, Opens, Refused, Silent };

class Probe {
   public:
    /// From namespace `ns` of `lab`, which outlives the object.
    Probe(const Lab& lab, QString ns) : m_lab(lab), m_ns(std::move(ns)) {}

    /// Sends from one socket, `times` over, to an address of either family. Returns whether every packet left this
    /// host.
    [[nodiscard]] bool send(const QString& address, const QByteArray& payload, int times = 1, quint16 port = 123) const;
    /// Sends and waits at most 300 ms for an answer from the same address.
    [[nodiscard]] std::optional<QByteArray> ask(const QString& address, const QByteArray& payload,
                                                quint16 port = 123) const;
    /// The number of requests out of `times` that are answered within 300 ms after the last.
    [[nodiscard]] int answers(const QString& address, int times, quint16 port = 123) const;
    /// One measured client request; nothing when no answer arrives within 300 ms.
    [[nodiscard]] std::optional<TimeAnswer> time(const QString& address, quint16 port = 123) const;
    /// The outcome of a TCP connection within 500 ms.
    [[nodiscard]] Connection connect(const QString& address, quint16 port) const;
    /// Whether the connection is accepted or reset.
    [[nodiscard]] bool reaches(const QString& address, quint16 port) const;
    /// The first IPv4 address that the DNS server returns for a name (RFC 1035); nothing without an answer within 300
    /// ms, empty when there is no address.
    [[nodiscard]] std::optional<QByteArray> resolve(const QString& server, const QByteArray& name) const;

    /// Sends UDP over IPv4 from a port that another process may use, bypassing all sockets.
    [[nodiscard]] bool sendFrom(quint16 from, const QString& address, const QByteArray& payload,
                                quint16 port = 123) const;

   private:
    const Lab& m_lab;
    QString m_ns;
};

}  // namespace fos1::lab
