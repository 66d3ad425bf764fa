// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver at the other end of a pseudo-terminal: what is written here comes out of the device, and the speed that
// was set there can be seen here.
#pragma once

#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <QByteArray>
#include <QString>
#include <array>

namespace fos1::lab {

class ReceiverPty {
   public:
    ReceiverPty() {
        int other = -1;
        std::array<char, 128> name{};
        if (::openpty(&m_file, &other, name.data(), nullptr, nullptr) != 0) qFatal("openpty failed");
        termios settings{};
        ::tcgetattr(other, &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(other, TCSANOW, &settings);
        ::close(other);  // a process that has it open would be its reader
        ::fcntl(m_file, F_SETFL, O_NONBLOCK);
        ::fcntl(m_file, F_SETFD, FD_CLOEXEC);
        m_name = QString::fromLatin1(name.data());
    }
    ~ReceiverPty() { unplug(); }
    ReceiverPty(const ReceiverPty&) = delete;
    ReceiverPty& operator=(const ReceiverPty&) = delete;

    [[nodiscard]] QString device() const { return m_name; }
    /// Bytes that nobody reads are lost, as on a line.
    void write(const QByteArray& bytes) const {
        if (m_file >= 0 && ::write(m_file, bytes.constData(), static_cast<std::size_t>(bytes.size())) < 0)
            ::tcflush(m_file, TCOFLUSH);
    }
    /// What the reader sent.
    [[nodiscard]] QByteArray read() const {
        std::array<char, 256> bytes{};
        const ssize_t length = m_file < 0 ? -1 : ::read(m_file, bytes.data(), bytes.size());
        return length <= 0 ? QByteArray() : QByteArray(bytes.data(), length);
    }
    /// Of the reader, as termios(3) has it: B9600.
    [[nodiscard]] speed_t speed() const {
        termios settings{};
        ::tcgetattr(m_file, &settings);
        return ::cfgetospeed(&settings);
    }
    void unplug() {
        if (m_file >= 0) ::close(m_file);
        m_file = -1;
    }

   private:
    int m_file = -1;
    QString m_name;
};

}  // namespace fos1::lab
