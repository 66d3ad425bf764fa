// SPDX-License-Identifier: GPL-2.0-or-later
#include "nft/nft_worker.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <QRandomGenerator>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "nft/nft_session.h"

namespace fos1::firewall {

namespace {

constexpr std::chrono::seconds kPatience{2};

}  // namespace

struct NftWorker::Shared {
    Shared() = default;
    ~Shared() { ::close(event); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    // The kernel keeps at most 15 characters.
    const QByteArray name = "fos1-fw-" + QByteArray::number(QRandomGenerator::global()->generate() & 0xffffff, 16);

    std::mutex mutex;  ///< guards the following members
    std::condition_variable changed;
    std::deque<Job> jobs;
    std::deque<Answer> answers;
    bool isQuitting = false;
    bool isDone = false;
};

NftWorker::NftWorker() : m_shared(std::make_shared<Shared>()) {
    m_notifier = std::make_unique<QSocketNotifier>(m_shared->event, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &NftWorker::deliver);
    std::thread(&NftWorker::run, m_shared).detach();
}

NftWorker::~NftWorker() {
    std::unique_lock lock(m_shared->mutex);
    m_shared->isQuitting = true;
    m_shared->jobs.clear();
    m_shared->changed.notify_all();
    m_shared->changed.wait_for(lock, kPatience, [this] { return m_shared->isDone; });
}

void NftWorker::post(Job job) {
    const std::lock_guard lock(m_shared->mutex);
    m_shared->jobs.push_back(std::move(job));
    m_shared->changed.notify_all();
}

const QByteArray& NftWorker::name() const { return m_shared->name; }

void NftWorker::run(const std::shared_ptr<Shared>& shared) {
    ::pthread_setname_np(::pthread_self(), shared->name.constData());
    auto session = std::make_unique<NftSession>();
    std::unique_lock lock(shared->mutex);
    for (;;) {
        shared->changed.wait(lock, [&] { return shared->isQuitting || !shared->jobs.empty(); });
        if (shared->isQuitting) break;
        const Job job = std::move(shared->jobs.front());
        shared->jobs.pop_front();
        lock.unlock();
        Answer answer = job(*session);
        lock.lock();
        shared->answers.push_back(std::move(answer));
        ::eventfd_write(shared->event, 1);
    }
    session.reset();
    shared->isDone = true;
    shared->changed.notify_all();
}

void NftWorker::deliver() {
    eventfd_t count = 0;
    ::eventfd_read(m_shared->event, &count);
    std::deque<Answer> answers;
    {
        const std::lock_guard lock(m_shared->mutex);
        answers.swap(m_shared->answers);
    }
    for (const Answer& answer : answers) answer();
}

}  // namespace fos1::firewall
