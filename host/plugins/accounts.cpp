// SPDX-License-Identifier: GPL-2.0-or-later
#include "plugins/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <vector>

namespace fos1::host {

Accounts findAccounts(const AccountNames& names) {
    Accounts accounts;
    std::vector<char> text(std::size_t{64} * 1024);
    if (!names.user.isEmpty()) {
        passwd entry{};
        passwd* found = nullptr;
        ::getpwnam_r(names.user.toLocal8Bit().constData(), &entry, text.data(), text.size(), &found);
        if (found) accounts.user = Accounts::User{found->pw_uid, found->pw_gid};
    }
    for (const QString& name : names.groups) {
        group entry{};
        group* found = nullptr;
        ::getgrnam_r(name.toLocal8Bit().constData(), &entry, text.data(), text.size(), &found);
        if (found) accounts.groups.emplace(name, found->gr_gid);
    }
    return accounts;
}

void AccountSearch::find(const AccountNames& names, std::function<void(const Accounts&)> found) {
    if (names.isEmpty()) return found({});
    if (!m_worker) m_worker = std::make_unique<Worker>("accounts", std::chrono::milliseconds(0));
    m_worker->post([names, found = std::move(found)]() -> Worker::Answer {
        return [found, accounts = findAccounts(names)] { found(accounts); };
    });
}

}  // namespace fos1::host
