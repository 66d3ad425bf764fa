// SPDX-License-Identifier: GPL-2.0-or-later
// Receives kernel notifications when another program changes our table. Never blocks. Must not know plans.
#pragma once

#include <QByteArray>
#include <QObject>
#include <QTimer>
#include <memory>

#include "fos1/result.h"
#include "nft/change_reader.h"

class QSocketNotifier;
struct mnl_socket;

namespace fos1::firewall {

/// A socket that receives notifications about nf_tables and can pause them. Thread-safe.
class NotificationSocket {
   public:
    /// Opens the socket without receiving anything yet. Refused without CAP_NET_ADMIN, as join().
    [[nodiscard]] static Result<std::shared_ptr<NotificationSocket>> open();

    [[nodiscard]] tl::expected<void, Error> join() const;
    void leave() const;
    [[nodiscard]] int descriptor() const;

   private:
    struct Closer {
        void operator()(mnl_socket* socket) const;
    };
    std::unique_ptr<mnl_socket, Closer> m_socket;
};

class TableMonitor final : public QObject {
    Q_OBJECT

   public:
    explicit TableMonitor(const QByteArray& ourThread);
    ~TableMonitor() override;

    /// Does nothing when it is already running. Refused without CAP_NET_ADMIN.
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    /// Shared, because a change may be in the kernel when we stop. The thread that makes a change leaves the group and
    /// rejoins it afterwards: the kernel would otherwise notify each of thousands of elements. Null before start().
    [[nodiscard]] std::shared_ptr<const NotificationSocket> socket() const { return m_socket; }

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost: check whether the table is still ours.
    void lost();

   private:
    /// Deleted later, because the notifier may be emitting a signal to this object.
    struct LaterDeleter {
        void operator()(QSocketNotifier* notifier) const;
    };
    void read();

    ChangeReader m_reader;
    std::shared_ptr<const NotificationSocket> m_socket;
    std::unique_ptr<QSocketNotifier, LaterDeleter> m_notifier;  ///< destroyed before its socket
    QByteArray m_buffer;
};

}  // namespace fos1::firewall
