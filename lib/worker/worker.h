// SPDX-License-Identifier: GPL-2.0-or-later
// A thread for work that takes longer than a turn of the event loop may. Runs one job at a time, in order. The function
// that a job returns runs on the thread of this object.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace fos1 {

class Worker final : public QObject {
    Q_OBJECT

   public:
    using Answer = std::function<void()>;  ///< may be empty
    using Job = std::function<Answer()>;

    /// What its thread does when there is no job: wait for the next one, or end, until the next one begins another.
    enum class WhenIdle { Unknown = 0, Waits, Ends };

    /// `name` of the thread: of more than 15 characters the kernel drops the rest. `patience`: how long the destructor
    /// waits for a job that runs, for example in the kernel, before it abandons it; without a value, until it ends.
    explicit Worker(const QByteArray& name, std::optional<std::chrono::milliseconds> patience = {},
                    WhenIdle whenIdle = WhenIdle::Waits);
    /// Drops the jobs that have not begun and all answers. A job that is abandoned goes on to its end and must own all
    /// that it uses.
    ~Worker() override;

    void post(Job job);

   private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared, const QByteArray& name, WhenIdle whenIdle);
    void deliver();

    const QByteArray m_name;
    const std::optional<std::chrono::milliseconds> m_patience;
    const WhenIdle m_whenIdle;
    std::shared_ptr<Shared> m_shared;  ///< shared with the thread, which may outlive this object
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1
