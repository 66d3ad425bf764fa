// SPDX-License-Identifier: GPL-2.0-or-later
// Hears from the kernel that somebody else changed our table. Never blocks. Knows no plan.
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

/// A socket that the kernel tells of changes of nf_tables, or does not for a while. Of any thread.
class NotificationSocket {
   public:
    /// Hears nothing yet. Refused without the right to (CAP_NET_ADMIN), as join().
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

    /// Nothing when it runs already. Refused without the right to (CAP_NET_ADMIN).
    [[nodiscard]] tl::expected<void, Error> start();
    void stop();

    /// Shared, because a change may be in the kernel when we stop: who makes it leaves and joins again, for the kernel
    /// would tell of each of thousands of elements. Null before start().
    [[nodiscard]] std::shared_ptr<const NotificationSocket> socket() const { return m_socket; }

   Q_SIGNALS:
    void changedByOthers();
    /// Notifications were lost: whether the table is still ours must be asked.
    void lost();

   private:
    /// It may be in the middle of telling us.
    struct LaterDeleter {
        void operator()(QSocketNotifier* notifier) const;
    };
    void read();

    ChangeReader m_reader;
    std::shared_ptr<const NotificationSocket> m_socket;
    std::unique_ptr<QSocketNotifier, LaterDeleter> m_notifier;  ///< goes before its socket
    QByteArray m_buffer;
};

}  // namespace fos1::firewall
