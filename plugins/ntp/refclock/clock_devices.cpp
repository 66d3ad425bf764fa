// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/clock_devices.h"

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <cerrno>
#include <cstring>

namespace fos1::ntp {

namespace {

QString whyNotAsked(const QString& device, unsigned long request, void* answer, const char* kind) {
    const int file = ::open(QFile::encodeName(device).constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return errno == ENOENT
                   ? QStringLiteral("does not exist")
                   : QStringLiteral("cannot be opened: %1").arg(QString::fromLocal8Bit(std::strerror(errno)));
    const bool isAnswered = ::ioctl(file, request, answer) >= 0;
    ::close(file);
    return isAnswered ? QString() : QStringLiteral("is no %1").arg(QLatin1String(kind));
}

}  // namespace

QString whyNoPulse(const QString& device) {
    int capabilities = 0;
    return whyNotAsked(device, PPS_GETCAP, &capabilities, "PPS device");
}

QString whyNoPhc(const QString& device) {
    ptp_clock_caps capabilities{};
    return whyNotAsked(device, PTP_CLOCK_GETCAPS, &capabilities, "PTP hardware clock");
}

QString clockDeviceOf(const QString& interface) {
    const QByteArray name = interface.toUtf8();
    ifreq request{};
    if (name.isEmpty() || name.size() >= static_cast<qsizetype>(sizeof request.ifr_name)) return {};
    std::memcpy(request.ifr_name, name.constData(), static_cast<std::size_t>(name.size()));
    ethtool_ts_info info{};
    info.cmd = ETHTOOL_GET_TS_INFO;
    request.ifr_data = reinterpret_cast<char*>(&info);
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return {};
    const bool isAnswered = ::ioctl(socket, SIOCETHTOOL, &request) == 0 && info.phc_index >= 0;
    ::close(socket);
    return isAnswered ? QStringLiteral("/dev/ptp%1").arg(info.phc_index) : QString();
}

}  // namespace fos1::ntp
