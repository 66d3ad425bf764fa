// SPDX-License-Identifier: GPL-2.0-or-later
// A thread with an NftSession, because netfilter's answers may take long and the event loop must not wait. Runs one job
// at a time, in order. The function that a job returns runs on the thread of this object.
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <functional>
#include <memory>

class QByteArray;

namespace fos1::firewall {

class NftSession;

class NftWorker final : public QObject {
    Q_OBJECT

   public:
    using Answer = std::function<void()>;
    using Job = std::function<Answer(NftSession&)>;

    NftWorker();
    /// Drops jobs that have not begun. Waits up to kPatience for a job that is in the kernel, then abandons it; its
    /// answer is discarded.
    ~NftWorker() override;

    void post(Job job);

    /// The name of the thread. The kernel reports it with each change, which identifies our own changes.
    [[nodiscard]] const QByteArray& name() const;

   private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared);
    void deliver();

    std::shared_ptr<Shared> m_shared;  ///< shared with the thread, which may outlive this object
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1::firewall
