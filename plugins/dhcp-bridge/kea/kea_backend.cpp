// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_backend.h"

#include "kea/kea_reply.h"

namespace fos1::dhcp {

namespace {

using namespace std::chrono_literals;

/// For each command; a server with 4,000 subnets takes less than 1 s for one.
constexpr auto kPatience = 15s;
/// Others who change the configuration between our reading and writing it are waited for so often.
constexpr int kMostRounds = 4;

QByteArray commandText(const QString& name, const QByteArray& service, const QByteArray& arguments = {}) {
    QByteArray text = "{ \"command\": \"" + name.toLatin1() + '"';
    if (!service.isEmpty()) text += ", \"service\": [ \"" + service + "\" ]";
    if (!arguments.isEmpty()) text += ", \"arguments\": " + arguments;
    return text + " }";
}

}  // namespace

void KeaBackend::apply(std::shared_ptr<const Offers> offers, Done done) {
    Q_ASSERT(!m_done);
    m_offers = std::move(offers);
    m_done = std::move(done);
    m_round = 0;
    m_refusedForm = Option56Form::Unknown;
    m_since.start();
    // A change of the offers is planned from what the last look has seen: of thousands of subnets, config-get takes as
    // long as the plan. It is compared before it is replaced, as always.
    m_isFromMemory = hasSettled() && m_settled.offers != m_offers;
    if (m_isFromMemory)
        edit(QByteArray(m_settled.raw));
    else
        get();
}

void KeaBackend::ask(const QByteArray& command, std::function<void(const QByteArray&)> answered) {
    m_channel->ask(command, kPatience, [this, answered = std::move(answered)](const Result<QByteArray>& raw) {
        if (raw)
            answered(*raw);
        else
            end(tl::unexpected(raw.error()));
    });
}

void KeaBackend::get() {
    ask(commandText(QStringLiteral("config-get"), m_channel->service()), [this](const QByteArray& raw) {
        m_isFromMemory = false;
        edit(raw);
    });
}

/// On the worker thread: reads the answer, plans and edits.
void KeaBackend::edit(const QByteArray& raw) {
    m_raw = raw;
    const DraftWish wish{m_offers, m_sntp, m_form, m_refusedForm};
    const std::shared_ptr<const SubnetTable> settled =
        hasSettled() && m_settled.offers == m_offers ? m_settled.table : nullptr;
    m_worker.post([this, raw, wish, settled, last = m_settled.raw, &family = m_family] {
        auto draft = [&]() -> Result<std::shared_ptr<const KeaDraft>> {
            if (!settled || raw != last) return draftOf(raw, family, wish);
            return std::make_shared<const KeaDraft>(KeaDraft{settled, {}, wish.known});
        }();
        return Worker::Answer([this, draft = std::move(draft)] { edited(draft); });
    });
}

void KeaBackend::edited(const Result<std::shared_ptr<const KeaDraft>>& draft) {
    if (!draft) {
        end(tl::unexpected(draft.error()));
        return;
    }
    m_draft = *draft;
    if (m_draft->arguments.isNull()) {
        if (m_isFromMemory) {
            get();
            return;
        }
        m_settled = {m_raw, m_offers, m_draft->table, {}};
        persist(false);
        return;
    }
    // The same change would be refused again, and each attempt fills the server's log.
    if (m_settled.refusal && m_settled.raw == m_raw && m_settled.offers == m_offers) {
        end(tl::unexpected(*m_settled.refusal));
        return;
    }
    if (m_offers->withdrawsAll)
        getAgain();  // removing an option needs no test, and the host's stop does not wait long
    else
        test();
}

void KeaBackend::test() {
    const QString name = QStringLiteral("config-test");
    ask(commandText(name, m_channel->service(), m_draft->arguments), [this, name](const QByteArray& raw) {
        const auto reply = readSuccess(raw, name);
        const bool isRefused = !reply && reply.error().code == ErrorCode::Refused;
        if (reply) {
            m_form = m_draft->form;
            getAgain();
        } else if (isRefused && canTryAnotherForm()) {
            m_refusedForm = m_draft->form;
            edit(QByteArray(m_raw));
        } else if (isRefused) {
            refused(reply.error());
        } else {
            end(tl::unexpected(reply.error()));
        }
    });
}

void KeaBackend::leaveOut(std::vector<SubnetPlan>& plans) const { leaveOutUntold(plans, m_family, m_sntp); }

bool KeaBackend::canTryAnotherForm() const {
    return m_family.family == net::AddressFamily::Inet6 && m_draft->form == Option56Form::Suboptions &&
           m_refusedForm == Option56Form::Unknown;
}

/// Closes most of the gap in which another writer's change would be lost; config-set has no condition.
void KeaBackend::getAgain() {
    ask(commandText(QStringLiteral("config-get"), m_channel->service()), [this](const QByteArray& raw) {
        if (raw == m_raw) {
            set();
        } else if (++m_round < kMostRounds) {
            m_isFromMemory = false;
            edit(raw);
        } else {
            end(failure(ErrorCode::Conflict,
                        QStringLiteral("another program keeps changing the configuration; nothing was written"),
                        m_channel->place()));
        }
    });
}

void KeaBackend::set() {
    m_settled = {};  // the next look at the server confirms what is there then
    const QString name = QStringLiteral("config-set");
    ask(commandText(name, m_channel->service(), m_draft->arguments), [this, name](const QByteArray& raw) {
        const auto reply = readSuccess(raw, name);
        if (reply) {
            m_isUnsaved = true;
            persist(true);
        } else if (reply.error().code == ErrorCode::Refused) {
            refused(reply.error());
        } else {
            end(tl::unexpected(reply.error()));
        }
    });
}

void KeaBackend::persist(bool isWritten) {
    if (m_persistence != Persistence::ConfigurationFile || !m_isUnsaved) {
        finish(isWritten);
        return;
    }
    ask(commandText(QStringLiteral("config-write"), m_channel->service()), [this, isWritten](const QByteArray& raw) {
        const auto reply = readSuccess(raw, QStringLiteral("config-write"));
        m_isUnsaved = !reply.has_value();
        finish(isWritten, reply
                              ? QString()
                              : QStringLiteral("The options are in force, but its configuration file is unchanged: %1.")
                                    .arg(reply.error().text()));
    });
}

void KeaBackend::refused(const Error& error) {
    m_settled = {m_raw, m_offers, {}, error};
    end(tl::unexpected(error));
}

void KeaBackend::finish(bool isWritten, const QString& warning) {
    Applied applied;
    applied.table = m_draft->table;
    applied.isWritten = isWritten;
    applied.warning = warning;
    if (!warning.isEmpty()) applied.warningReason = QStringLiteral("NotPersisted");
    applied.took = std::chrono::nanoseconds(m_since.nsecsElapsed());
    end(applied);
}

void KeaBackend::end(const Result<Applied>& result) {
    m_raw = {};
    m_draft.reset();
    m_offers.reset();
    const Done done = std::exchange(m_done, nullptr);
    done(result);
}

}  // namespace fos1::dhcp
