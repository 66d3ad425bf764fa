// SPDX-License-Identifier: GPL-2.0-or-later
// A thread for reading and editing configurations, because those of thousands of subnets take longer than a turn of the
// event loop may. Runs one job at a time, in order. The function that a job returns runs on the thread of this object.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace fos1::dhcp {

class EditWorker final : public QObject {
    Q_OBJECT

   public:
    using Answer = std::function<void()>;
    using Job = std::function<Answer()>;

    EditWorker();
    /// Drops jobs that have not begun and waits for the one that runs: it only computes.
    ~EditWorker() override;

    void post(Job job);

   private:
    void run();
    void deliver();

    const int m_event;  ///< an eventfd
    QSocketNotifier m_notifier;
    std::mutex m_mutex;  ///< guards the following members
    std::condition_variable m_changed;
    std::deque<Job> m_jobs;
    std::deque<Answer> m_answers;
    bool m_isQuitting = false;
    std::thread m_thread;
};

}  // namespace fos1::dhcp
