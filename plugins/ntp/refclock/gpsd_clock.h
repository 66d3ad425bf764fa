// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver that a running gpsd reads: takes from its JSON socket when each second came, and gives chronyd samples.
// Never opens the receiver itself.
#pragma once

#include <QTcpSocket>
#include <QTimer>

#include "model/hardware_spec.h"
#include "refclock/attached_clock.h"
#include "refclock/gpsd_report.h"
#include "refclock/receiver_state.h"
#include "refclock/sample_sink.h"

namespace fos1::ntp {

class GpsdClock final : public AttachedClock {
    Q_OBJECT

   public:
    static constexpr quint16 kPort = 2947;

    /// `socket` and `delay` as those of GpsClock.
    GpsdClock(const GpsSpec& spec, const QString& socket, std::chrono::nanoseconds delay, quint16 port = kPort);
    ~GpsdClock() override;

    [[nodiscard]] RefclockFacts facts() const override;
    void hear(const std::optional<NetworkOpinion>& network, const std::optional<DelayReference>& reference) override {
        m_judge.hear(network);
        m_samples.hear(reference);
    }

   private:
    void connectAgain();
    void read();
    void take(const GpsdReport& report);
    void takeTime(const GpsdReport& report);
    void look();

    const GpsSpec m_spec;
    const quint16 m_port;
    QTcpSocket m_socket;
    QTimer m_retry;
    QTimer m_look;
    SampleSink m_samples;
    ReceiverJudge m_judge;
    ReceiverState m_state;
    GnssFacts m_gnss;
    QString m_error;
    QString m_device;  ///< that gpsd reads
    qint64 m_fixRawNs = 0;
    qint64 m_reportRawNs = 0;
    QString m_shown;
};

}  // namespace fos1::ntp
