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
#include <utility>

#include "refclock/arrival.h"
#include "refclock/pulse_line.h"

namespace fos1::ntp {

namespace {

tl::unexpected<Error> pulseFailure(const QString& path) {
    return failure(ErrorCode::Io, QStringLiteral("%1: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))));
}

PulseEdge edgeOf(quint32 sequence, const pps_ktime& time) {
    return {sequence, qint64{time.sec} * kNsPerSecond + time.nsec};
}

/// A serial port that is held open; or none.
class OpenLine {
   public:
    explicit OpenLine(int file = -1) : m_file(file) {}
    OpenLine(OpenLine&& other) noexcept : m_file(std::exchange(other.m_file, -1)) {}
    OpenLine(const OpenLine&) = delete;
    OpenLine& operator=(const OpenLine&) = delete;
    OpenLine& operator=(OpenLine&&) = delete;
    ~OpenLine() {
        if (m_file < 0) return;
        detachPulses(m_file);
        ::close(m_file);
    }
    [[nodiscard]] int file() const { return m_file; }

   private:
    int m_file;
};

class KernelPulses final : public PulseDevice {
   public:
    KernelPulses(QString path, int file, OpenLine line)
        : m_line(std::move(line)), m_path(std::move(path)), m_file(file) {}
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
    const OpenLine m_line;
    const QString m_path;
    const int m_file;
    PulseReading m_last;
};

Result<std::unique_ptr<PulseDevice>> openKernelPulses(const QString& path, OpenLine line) {
    const int file = ::open(QFile::encodeName(path).constData(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) return pulseFailure(path);
    return std::unique_ptr<PulseDevice>(std::make_unique<KernelPulses>(path, file, std::move(line)));
}

}  // namespace

Result<std::unique_ptr<PulseDevice>> openPulseDevice(const QString& path) {
    const QString made = pulseDeviceOf(path);
    if (made != path || !isSerialLine(path)) return openKernelPulses(made, OpenLine());
    // Its discipline ends with the last one who has it open.
    OpenLine line(::open(QFile::encodeName(path).constData(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (line.file() < 0) return pulseFailure(path);
    if (const auto attached = attachPulses(line.file(), path); !attached)
        return tl::unexpected<Error>(attached.error());
    return openKernelPulses(pulseDeviceOf(path), std::move(line));
}

Result<std::unique_ptr<PulseDevice>> openPulseDeviceOfReceiver(const QString& path) {
    const QString made = pulseDeviceOf(path);
    if (made != path) return openKernelPulses(made, OpenLine());
    return failure(ErrorCode::Io, QStringLiteral("%1: the DCD line gives no pulses yet").arg(path));
}

}  // namespace fos1::ntp
