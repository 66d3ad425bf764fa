// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/edit_worker.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace fos1::dhcp {

EditWorker::EditWorker()
    : m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_notifier(m_event, QSocketNotifier::Read) {
    connect(&m_notifier, &QSocketNotifier::activated, this, &EditWorker::deliver);
    m_thread = std::thread([this] { run(); });
}

EditWorker::~EditWorker() {
    {
        const std::lock_guard lock(m_mutex);
        m_isQuitting = true;
        m_jobs.clear();
        m_changed.notify_all();
    }
    m_thread.join();
    m_notifier.setEnabled(false);
    ::close(m_event);
}

void EditWorker::post(Job job) {
    const std::lock_guard lock(m_mutex);
    m_jobs.push_back(std::move(job));
    m_changed.notify_all();
}

void EditWorker::run() {
    std::unique_lock lock(m_mutex);
    for (;;) {
        m_changed.wait(lock, [this] { return m_isQuitting || !m_jobs.empty(); });
        if (m_isQuitting) return;
        Job job = std::move(m_jobs.front());
        m_jobs.pop_front();
        lock.unlock();
        Answer answer = job();
        job = nullptr;
        lock.lock();
        m_answers.push_back(std::move(answer));
        ::eventfd_write(m_event, 1);
    }
}

void EditWorker::deliver() {
    eventfd_t count = 0;
    ::eventfd_read(m_event, &count);
    std::deque<Answer> answers;
    {
        const std::lock_guard lock(m_mutex);
        answers.swap(m_answers);
    }
    for (const Answer& answer : answers) answer();
}

}  // namespace fos1::dhcp
