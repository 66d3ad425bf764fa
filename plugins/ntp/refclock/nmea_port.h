// SPDX-License-Identifier: GPL-2.0-or-later
// A receiver's serial line: opens it and opens it again, finds its speed, and hands on bytes with the time at which
// they came. Only reads, unless requests are allowed. Must not know what the bytes mean.
#pragma once

#include <QSerialPort>
#include <QTimer>
#include <chrono>
#include <functional>
#include <optional>

#include "refclock/arrival.h"
#include "refclock/pulse_line.h"

namespace fos1::ntp {

enum class PortTrouble { Unknown = 0, None, Absent, NoPermission, Busy, Console, Failed, Silent, NoSentences };

struct PortState {
    PortTrouble trouble = PortTrouble::Unknown;
    QString words;  ///< a sentence, where there is trouble
    int baud = 0;   ///< 0: closed
    bool operator==(const PortState&) const = default;
};

class NmeaPort final : public QObject {
    Q_OBJECT

   public:
    static constexpr std::chrono::milliseconds kCollect{20};
    static constexpr std::chrono::milliseconds kLook{500};          ///< between two looks at how it fares
    static constexpr std::chrono::milliseconds kShortestWait{500};  ///< before it is opened again
    static constexpr std::chrono::milliseconds kLongestWait{4000};
    static constexpr std::chrono::milliseconds kSpeedPatience{2600};  ///< with a speed that was not right yet
    static constexpr std::chrono::milliseconds kSentencePatience{5000};

    /// `device` may be a symbolic link, and need not exist. `baud`: tried first. `accepted`: how many sentences the
    /// bytes made so far.
    NmeaPort(QString device, std::optional<int> baud, std::function<quint64()> accepted, QObject* parent = nullptr);
    ~NmeaPort() override;

    void start();
    /// To be called before start(): the pulse of the receiver is on the DCD line of its port.
    void takePulses(SetDiscipline set = setDiscipline) { m_setDiscipline = set; }
    /// To be called before start(): request() may be used.
    void allowRequests() { m_mode = QIODevice::ReadWrite; }
    /// Sends bytes to the receiver, if the port is open and earlier ones are sent.
    void request(const QByteArray& bytes);
    /// Why there is none; empty: the port is not open, or there may be.
    [[nodiscard]] const QString& pulseTrouble() const { return m_pulseTrouble; }

    [[nodiscard]] const PortState& state() const { return m_state; }
    [[nodiscard]] bool isOpen() const { return m_port.isOpen(); }

   Q_SIGNALS:
    /// The first byte came at `at`, the last not after `until`. Bytes are collected for kCollect, as only the first of
    /// a burst tells the time.
    void received(const QByteArray& bytes, const fos1::ntp::Arrival& at, const fos1::ntp::Arrival& until);
    /// What was received before does not go on.
    void interrupted();
    void stateChanged();

   private:
    void open();
    void close();
    void retryLater(PortTrouble trouble, const QString& words);
    void firstByte();
    void read();
    void look();
    void tryNextSpeed();
    void show(PortTrouble trouble, const QString& words);
    void failed(QSerialPort::SerialPortError error);

    const QString m_device;
    const std::optional<int> m_baud;
    const std::function<quint64()> m_accepted;
    SetDiscipline m_setDiscipline = nullptr;  ///< null: nobody wants pulses
    QString m_pulseTrouble;
    QIODevice::OpenMode m_mode = QIODevice::ReadOnly;
    QSerialPort m_port;
    QTimer m_retry;
    QTimer m_look;
    QTimer m_collect;
    Arrival m_firstAt;
    std::chrono::milliseconds m_wait{kShortestWait};
    PortState m_state;
    std::size_t m_speed = 0;  ///< number of the one in use among those that are tried
    quint64 m_sentences = 0;
    quint64 m_bytes = 0;  ///< since m_sentenceAt
    std::chrono::steady_clock::time_point m_byteAt;
    std::chrono::steady_clock::time_point m_sentenceAt;  ///< the last one, or when waiting for it began
    bool m_isSpeedFound = false;
};

}  // namespace fos1::ntp
