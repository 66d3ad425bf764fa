// SPDX-License-Identifier: GPL-2.0-or-later
// ETHTOOL_GET_TS_INFO of SIOCETHTOOL (linux/ethtool.h; Documentation/networking/timestamping.rst).
#include "chrony/hw_timestamping.h"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace fos1::ntp {

QString whyNoHwTimestamps(const QString& interface) {
    if (interface == QStringLiteral("*")) return {};
    const QByteArray name = interface.toUtf8();
    ifreq request{};
    if (name.size() >= static_cast<qsizetype>(sizeof request.ifr_name))
        return QStringLiteral("is too long for an interface name");
    std::memcpy(request.ifr_name, name.constData(), static_cast<std::size_t>(name.size()));
    ethtool_ts_info info{};
    info.cmd = ETHTOOL_GET_TS_INFO;
    request.ifr_data = reinterpret_cast<char*>(&info);
    const int descriptor = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return QStringLiteral("cannot be queried: %1").arg(qt_error_string(errno));
    const int result = ::ioctl(descriptor, SIOCETHTOOL, &request);
    const int error = errno;
    ::close(descriptor);
    if (result != 0 && error == ENODEV) return QStringLiteral("does not exist");
    constexpr unsigned kNeeded =
        SOF_TIMESTAMPING_TX_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
    if (result != 0 || (info.so_timestamping & kNeeded) != kNeeded)
        return QStringLiteral("does not support hardware timestamping");
    return {};
}

}  // namespace fos1::ntp
