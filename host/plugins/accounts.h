// SPDX-License-Identifier: GPL-2.0-or-later
// Users and groups of the machine by name. The user database may be in a network (LDAP), and an answer may take
// minutes, so it is asked in a thread.
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "worker.h"

namespace fos1::host {

struct AccountNames {
    QString user;  ///< empty: none is wanted
    QStringList groups;

    [[nodiscard]] bool isEmpty() const { return user.isEmpty() && groups.isEmpty(); }
};

struct Accounts {
    struct User {
        unsigned uid = 0;
        unsigned gid = 0;
    };
    std::optional<User> user;            ///< nothing: there is no such user
    std::map<QString, unsigned> groups;  ///< those that there are
};

/// Blocks as long as the user database does. For any thread.
[[nodiscard]] Accounts findAccounts(const AccountNames& names);

class AccountSearch : public QObject {
    Q_OBJECT
   public:
    using QObject::QObject;

    /// `found` is called once: at once when no names are wanted, else from the event loop, maybe never. Not after the
    /// end of this object.
    void find(const AccountNames& names, std::function<void(const Accounts&)> found);

   private:
    std::unique_ptr<Worker> m_worker;
};

}  // namespace fos1::host
