// SPDX-License-Identifier: GPL-2.0-or-later
#include "refclock/pulse_device.h"

#include <fcntl.h>
#include <linux/pps.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <cstring>

#include "refclock/arrival.h"

namespace fos1::ntp {

namespace {

tl::unexpected<Error> pulseFailure(const QString& path) {
    return failure(ErrorCode::Io, QStringLiteral("%1: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))));
}

PulseEdge edgeOf(quint32 sequence, const pps_ktime& time) {
    return {sequence, qint64{time.sec} * kNsPerSecond + time.nsec};
}

class KernelPulses final : public PulseDevice {
   public:
    KernelPulses(QString path, int file) : m_path(std::move(path)), m_file(file) {}
    ~KernelPulses() override { ::close(m_file); }
    KernelPulses(const KernelPulses&) = delete;
    KernelPulses& operator=(const KernelPulses&) = delete;

    Result<PulseReading> read() override {
        pps_fdata data{};  // no time to wait
        if (::ioctl(m_file, PPS_FETCH, &data) != 0) {
            if (errno == ETIMEDOUT || errno == EINTR) return m_last;
            return pulseFailure(m_path);
        }
        m_last = {edgeOf(data.info.assert_sequence, data.info.assert_tu),
                  edgeOf(data.info.clear_sequence, data.info.clear_tu)};
        return m_last;
    }

    [[nodiscard]] QString sourceName() const override {
        QFile file(
            QStringLiteral("/sys/class/pps/%1/name").arg(QFileInfo(QFileInfo(m_path).canonicalFilePath()).fileName()));
        constexpr qint64 kMost = 64;
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.read(kMost).trimmed()) : QString();
    }

   private:
    const QString m_path;
    const int m_file;
    PulseReading m_last;
};

}  // namespace

Result<std::unique_ptr<PulseDevice>> openPulseDevice(const QString& path) {
    const int file = ::open(QFile::encodeName(path).constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return pulseFailure(path);
    return std::unique_ptr<PulseDevice>(std::make_unique<KernelPulses>(path, file));
}

}  // namespace fos1::ntp
