// SPDX-License-Identifier: GPL-2.0-or-later
#include "worker.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace fos1 {

struct Worker::Shared {
    Shared() = default;
    ~Shared() { ::close(event); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    std::mutex mutex;  ///< guards the following members
    std::condition_variable changed;
    std::deque<Job> jobs;
    std::deque<Answer> answers;
    bool isQuitting = false;
    bool hasThread = false;
};

Worker::Worker(const QByteArray& name, std::optional<std::chrono::milliseconds> patience, WhenIdle whenIdle)
    : m_name(name.left(15)), m_patience(patience), m_whenIdle(whenIdle), m_shared(std::make_shared<Shared>()) {
    m_notifier = std::make_unique<QSocketNotifier>(m_shared->event, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &Worker::deliver);
}

Worker::~Worker() {
    std::deque<Job> dropped;  // destroyed without the lock
    std::unique_lock lock(m_shared->mutex);
    m_shared->isQuitting = true;
    dropped.swap(m_shared->jobs);
    m_shared->changed.notify_all();
    const auto isDone = [this] { return !m_shared->hasThread; };
    if (m_patience)
        m_shared->changed.wait_for(lock, *m_patience, isDone);
    else
        m_shared->changed.wait(lock, isDone);
    lock.unlock();
}

void Worker::post(Job job) {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->jobs.push_back(std::move(job));
    if (std::exchange(m_shared->hasThread, true))
        m_shared->changed.notify_all();
    else
        std::thread(&Worker::run, m_shared, m_name, m_whenIdle).detach();
}

void Worker::run(const std::shared_ptr<Shared>& shared, const QByteArray& name, WhenIdle whenIdle) {
    ::pthread_setname_np(::pthread_self(), name.constData());
    std::unique_lock lock(shared->mutex);
    for (;;) {
        if (shared->jobs.empty() && whenIdle == WhenIdle::Ends) break;
        shared->changed.wait(lock, [&] { return shared->isQuitting || !shared->jobs.empty(); });
        if (shared->isQuitting) break;
        Job job = std::move(shared->jobs.front());
        shared->jobs.pop_front();
        lock.unlock();
        Answer answer = job();
        job = nullptr;
        lock.lock();
        if (shared->isQuitting) {
            lock.unlock();
            answer = nullptr;
            lock.lock();
            break;
        }
        shared->answers.push_back(std::move(answer));
        ::eventfd_write(shared->event, 1);
    }
    shared->hasThread = false;
    shared->changed.notify_all();
}

void Worker::deliver() {
    eventfd_t count = 0;
    ::eventfd_read(m_shared->event, &count);
    std::deque<Answer> answers;
    {
        const std::lock_guard lock(m_shared->mutex);
        answers.swap(m_shared->answers);
    }
    for (const Answer& answer : answers)
        if (answer) answer();
}

}  // namespace fos1
