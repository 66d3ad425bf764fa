// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/pulse_line.h"

#include <sys/ioctl.h>
#include <termios.h>

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <cstring>

namespace fos1::ntp {

namespace {

// linux/tty.h, which contradicts termios.h.
constexpr int kOrdinary = 0;  // N_TTY
constexpr int kPulses = 18;   // N_PPS

}  // namespace

int setDiscipline(int file, int discipline) { return ::ioctl(file, TIOCSETD, &discipline) == 0 ? 0 : errno; }

Result<void> attachPulses(int file, const QString& device, SetDiscipline set) {
    const int number = set(file, kPulses);
    if (number == 0) return {};
    // Also where the module may not be loaded by those who are not root (dev.tty.ldisc_autoload).
    const QString why = number == EINVAL || number == EPERM
                            ? QStringLiteral(
                                  "the kernel has no line discipline for pulses; load the module pps_ldisc "
                                  "(CONFIG_PPS_CLIENT_LDISC)")
                            : QString::fromLocal8Bit(std::strerror(number));
    return failure(ErrorCode::Io,
                   QStringLiteral("no pulses can be taken from the DCD line of %1: %2").arg(device, why));
}

void detachPulses(int file, SetDiscipline set) { (void)set(file, kOrdinary); }

bool isSerialLine(const QString& device) {
    const QFileInfo info(device);
    const QString path = info.canonicalFilePath();
    return (path.isEmpty() ? info : QFileInfo(path)).fileName().startsWith(QLatin1String("tty"));
}

QString pulseDeviceOf(const QString& device, const QString& pulseClass) {
    constexpr qint64 kLongestPath = 255;
    const QString path = QFileInfo(device).canonicalFilePath();
    if (path.isEmpty()) return device;
    for (const QString& name : QDir(pulseClass).entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
        QFile made(pulseClass + u'/' + name + QStringLiteral("/path"));
        if (made.open(QIODevice::ReadOnly) && QString::fromUtf8(made.read(kLongestPath)).trimmed() == path)
            return QStringLiteral("/dev/") + name;
    }
    return device;
}

}  // namespace fos1::ntp
