// SPDX-License-Identifier: GPL-2.0-or-later
// A thread with an NftSession: netfilter's answers may take long, and the event loop does not wait for them. One job at
// a time, in order; what a job returns runs on the thread of this object.
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
    /// Jobs that have not begun are dropped. One that is in the kernel is waited for as long as kPatience, then left
    /// behind; nobody hears its answer.
    ~NftWorker() override;

    void post(Job job);

    /// The name of the thread, which the kernel tells with each change: so we know our own.
    [[nodiscard]] const QByteArray& name() const;

   private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared);
    void deliver();

    std::shared_ptr<Shared> m_shared;  ///< with the thread, which may outlive us
    std::unique_ptr<QSocketNotifier> m_notifier;
};

}  // namespace fos1::firewall
