// SPDX-License-Identifier: GPL-2.0-or-later
// chronyd as a service of systemd's (org.freedesktop.systemd1(5)): it outlives the host, and is found again by the next
// one. What systemd does not do within its time, and a bus that is away, are told; chronyd goes on meanwhile.
#pragma once

#include <QTimer>
#include <vector>

#include "bus_properties.h"
#include "chrony/chronyd_runner.h"
#include "chrony/unit_log.h"

namespace fos1::ntp {

/// The object path of a unit: every character but ASCII letters and digits as _xx (sd_bus_path_encode(3)).
[[nodiscard]] std::string unitPath(const QString& unit);

class SystemdUnit final : public ChronydRunner {
    Q_OBJECT

   public:
    /// `unit` runs chronyd with the words of FOS1_CHRONYD_ARGUMENTS, which it takes from `argumentFile`.
    SystemdUnit(const QString& unit, QString argumentFile, QObject* parent = nullptr);

    void lookUp(Known known) override;
    /// systemd knows the program: `program` is not used.
    void start(const QString& program, const QStringList& arguments) override;
    void end() override;

    [[nodiscard]] bool isAlive() const override { return m_use != Use::Idle; }
    [[nodiscard]] qint64 pid() const override { return m_pid; }
    [[nodiscard]] std::chrono::steady_clock::duration runningFor() const override;
    [[nodiscard]] bool outlivesUs() const override { return true; }

   private:
    enum class Use { Unknown = 0, Idle, Starting, Running, Ending };
    struct Facts {
        QString load;
        QString active;
        QString result;
        qint64 mainPid = 0;
        int exitKind = 0;  ///< CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: it has not ended
        int exitStatus = 0;

        [[nodiscard]] bool isDown() const;
    };

    void onUp();
    void onJobRemoved(sdbus::Message& message);
    void onJobEnded(const QString& result);
    void onJobLate();
    void refresh();
    void readService(const dbus::PropertyMap& unit);
    void take(const Facts& facts);
    void answerLookUps(const tl::expected<void, Error>& result);
    void askFor(const char* method, std::function<void(const Error&)> refused);
    void leaveTo(Use use);
    void onNotStarted(const QString& why);
    void fellOver(const QString& why);
    [[nodiscard]] tl::expected<void, Error> writeArguments(const QStringList& arguments) const;
    [[nodiscard]] QString describeEnd(const Facts& facts) const;

    const QString m_unit;
    const std::string m_path;
    const QString m_argumentFile;
    dbus::BusClient m_bus;
    UnitLog m_log;
    QString m_whyNoBus;
    Use m_use = Use::Idle;
    qint64 m_pid = 0;
    qint64 m_replaced = 0;  ///< the process that a start is to replace; 0: none
    std::chrono::steady_clock::time_point m_since;
    std::string m_job;         ///< the object that was given to our request; empty: none yet
    std::string m_removedJob;  ///< the last that ended for this unit
    QString m_jobResult;       ///< of our job; empty: it is not done
    QTimer m_jobTimer;
    bool m_isReading = false;
    bool m_readAgain = false;  ///< something changed meanwhile
    quint64 m_request = 0;     ///< an answer that belongs to an earlier one is ignored
    QTimer m_lookUpTimer;
    std::vector<Known> m_lookUps;
};

}  // namespace fos1::ntp
