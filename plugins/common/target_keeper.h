// SPDX-License-Identifier: GPL-2.0-or-later
// Keeps one target, such as a DHCP server or a zone, as the newest values say: after each change of them, at each poll,
// and as soon as a target that was away returns. Must not know what values mean, how a target is changed, or what is
// reported. For the plugin's home thread.
#pragma once

#include <QLoggingCategory>
#include <QRandomGenerator>
#include <QTimer>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "fos1/result.h"
#include "retry_pace.h"

namespace fos1::bridge {

/// `Applied` has `isWritten` and `took`, `Trouble` has text().
template <typename Values, typename Applied, typename Trouble = Error>
class TargetKeeper final {
   public:
    using milliseconds = std::chrono::milliseconds;
    using Outcome = tl::expected<Applied, Trouble>;
    using Done = std::function<void(const Outcome&)>;
    /// Compares the target with the values and writes only a difference. Calls `done` exactly once, later, and within a
    /// bounded time. Not called while another call is under way.
    using Attempt = std::function<void(const std::shared_ptr<const Values>&, Done done)>;

    struct Reports {
        /// `isRepair`: others had changed what we had set.
        std::function<void(const Applied& result, bool isRepair)> applied;
        std::function<void(const Trouble& trouble)> failed;
    };

    TargetKeeper(QString name, milliseconds pollEach, const QLoggingCategory& log, Attempt attempt, Reports reports)
        : m_name(std::move(name)),
          m_pollEach(pollEach),
          m_log(log),
          m_attempt(std::move(attempt)),
          m_reports(std::move(reports)) {
        m_next.setSingleShot(true);
        QObject::connect(&m_next, &QTimer::timeout, &m_next, [this] { run(); });
    }
    TargetKeeper(const TargetKeeper&) = delete;
    TargetKeeper& operator=(const TargetKeeper&) = delete;

    /// How long to wait after a change of values for more changes, which then take effect together. Initially 0.
    void gatherFor(milliseconds time) { m_gather = time; }

    /// Applies the values now, or after the attempt under way. The target is first contacted with the first values.
    void apply(const std::shared_ptr<const Values>& values) {
        if (m_leaving) return;
        m_values = values;
        m_isSettled = false;
        if (m_isRunning || (m_next.isActive() && m_next.remainingTimeAsDuration() <= m_gather)) return;
        m_next.start(m_gather);
    }

    /// Applies the values once more, or nothing if they are null, and then leaves the target alone.
    void stop(const std::shared_ptr<const Values>& last, std::function<void(const QString& problem)> done) {
        m_next.stop();
        m_leaving = std::move(done);
        // Before the first values, nothing there is known to be ours to change.
        const bool hasWork = last && m_values;
        m_values = hasWork ? last : nullptr;
        if (m_isRunning) return;
        if (hasWork)
            run();
        else
            leave({});
    }

    [[nodiscard]] const QString& name() const { return m_name; }
    /// Whether the target is as the newest values say, as far as we know.
    [[nodiscard]] bool isSettled() const { return m_isSettled; }

   private:
    void run() {
        m_isRunning = true;
        m_attempt(m_values, [this, values = m_values](const Outcome& outcome) { ended(values, outcome); });
    }

    void ended(const std::shared_ptr<const Values>& values, const Outcome& outcome) {
        m_isRunning = false;
        const bool isNewest = values == m_values;
        if (m_leaving) {
            if (m_values && !isNewest)
                run();
            else
                leave(outcome || !m_values ? QString() : outcome.error().text());
            return;
        }
        if (outcome)
            succeeded(values, *outcome, isNewest);
        else
            failed(outcome.error());
    }

    void succeeded(const std::shared_ptr<const Values>& values, const Applied& result, bool isNewest) {
        m_retry.reset();
        m_failure.clear();
        m_isSettled = isNewest;
        const bool isRepair = result.isWritten && m_inForce == values;
        if (result.isWritten)
            qCInfo(m_log).noquote() << "event=written target=" + m_name
                                    << "repair=" + QString::number(static_cast<int>(isRepair))
                                    << "ms=" + QString::number(result.took.count() / 1'000'000);
        m_inForce = values;
        m_next.start(isNewest ? m_pollEach : m_gather);
        m_reports.applied(result, isRepair);
    }

    void failed(const Trouble& trouble) {
        const milliseconds pause = m_retry.next(QRandomGenerator::global()->generateDouble());
        if (std::exchange(m_failure, trouble.text()) != trouble.text())
            qCWarning(m_log).noquote() << "event=failed target=" + m_name
                                       << "retry_ms=" + QString::number(pause.count()) << "reason=" + trouble.text();
        m_next.start(pause);
        m_reports.failed(trouble);
    }

    void leave(const QString& problem) {
        m_next.stop();
        const auto done = std::exchange(m_leaving, [](const QString&) {});
        (*done)(problem);
    }

    const QString m_name;
    const milliseconds m_pollEach;
    milliseconds m_gather{0};
    const QLoggingCategory& m_log;
    const Attempt m_attempt;
    const Reports m_reports;
    std::shared_ptr<const Values> m_values;
    std::shared_ptr<const Values> m_inForce;  ///< the values that the target was last known to have
    bool m_isRunning = false;
    bool m_isSettled = false;
    std::optional<std::function<void(const QString&)>> m_leaving;
    RetryPace m_retry;
    QString m_failure;  ///< the last one; it is logged once
    QTimer m_next;
};

}  // namespace fos1::bridge
