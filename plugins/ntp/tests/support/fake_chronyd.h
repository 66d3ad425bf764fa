// SPDX-License-Identifier: GPL-2.0-or-later
// A Unix datagram socket in chronyd's place, which answers as the test says: well, badly, late or never.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <QSocketNotifier>
#include <cstring>
#include <functional>

#include "candm/candm_wire.h"

namespace fos1::ntp::test {

struct Asked {
    quint16 command = 0;
    quint16 attempt = 0;
    quint32 sequence = 0;
    QByteArray bytes;
    sockaddr_un from{};
    socklen_t fromSize = 0;
};

class FakeChronyd {
   public:
    explicit FakeChronyd(const QString& path) : m_path(path.toLocal8Bit()) {
        m_descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, m_path.constData(), static_cast<std::size_t>(m_path.size()));
        m_bound = ::bind(m_descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] { receive(); });
    }
    ~FakeChronyd() {
        m_notifier.reset();
        ::close(m_descriptor);
        ::unlink(m_path.constData());
    }
    FakeChronyd(const FakeChronyd&) = delete;
    FakeChronyd& operator=(const FakeChronyd&) = delete;

    [[nodiscard]] bool isBound() const { return m_bound; }

    void send(const Asked& to, const QByteArray& bytes) const {
        ::sendto(m_descriptor, bytes.constData(), static_cast<std::size_t>(bytes.size()), 0,
                 reinterpret_cast<const sockaddr*>(&to.from), to.fromSize);
    }

    /// Any answer.
    [[nodiscard]] static QByteArray reply(const Asked& asked, quint16 code, const QByteArray& body,
                                          quint16 status = 0) {
        QByteArray out;
        out.append("\x06\x02\x00\x00", 4);
        candm::appendU16(out, asked.command);
        candm::appendU16(out, code);
        candm::appendU16(out, status);
        for (int i = 0; i < 3; ++i) candm::appendU16(out, 0);
        candm::appendU32(out, asked.sequence);
        candm::appendU32(out, 0);
        candm::appendU32(out, 0);
        return out + body;
    }

    /// A good answer of N_SOURCES.
    [[nodiscard]] static QByteArray count(const Asked& asked, quint32 sources) {
        QByteArray body;
        candm::appendU32(body, sources);
        return reply(asked, 2, body);
    }

    std::vector<Asked> asked;
    std::function<void(const Asked&)> onAsked;

   private:
    void receive() {
        for (;;) {
            Asked one;
            one.bytes.resize(2048);
            one.fromSize = sizeof one.from;
            const ssize_t got = ::recvfrom(m_descriptor, one.bytes.data(), 2048, 0,
                                           reinterpret_cast<sockaddr*>(&one.from), &one.fromSize);
            if (got < 20) return;
            one.bytes.truncate(got);
            candm::WireReader reader(one.bytes);
            reader.skip(4);
            one.command = reader.u16();
            one.attempt = reader.u16();
            one.sequence = reader.u32();
            asked.push_back(one);
            if (onAsked) onAsked(one);
        }
    }

    QByteArray m_path;
    int m_descriptor = -1;
    bool m_bound = false;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1::ntp::test
