// SPDX-License-Identifier: GPL-2.0-or-later
#include "kea/kea_backend.h"

#include <QCryptographicHash>

#include "core/dhcp_plan.h"
#include "kea/kea_config.h"
#include "kea/kea_reply.h"

namespace fos1::dhcp {

namespace {

using namespace std::chrono_literals;

/// For each command; a server with 4,000 subnets takes less than 1 s for one.
constexpr auto kPatience = 15s;
/// Others who change the configuration between our reading and writing it are waited for so often.
constexpr int kMostRounds = 4;

QByteArray digestOf(const QByteArray& raw) { return QCryptographicHash::hash(raw, QCryptographicHash::Sha1); }

QByteArray commandText(const QString& name, const QByteArray& service, const QByteArray& arguments = {}) {
    QByteArray text = "{ \"command\": \"" + name.toLatin1() + '"';
    if (!service.isEmpty()) text += ", \"service\": [ \"" + service + "\" ]";
    if (!arguments.isEmpty()) text += ", \"arguments\": " + arguments;
    return text + " }";
}

}  // namespace

struct KeaBackend::Draft {
    QByteArray digest;
    std::shared_ptr<const SubnetTable> table;
    QByteArray arguments;  ///< for config-set; null: nothing is to be changed
};

void KeaBackend::apply(std::shared_ptr<const Offers> offers, Done done) {
    Q_ASSERT(!m_done);
    m_offers = std::move(offers);
    m_done = std::move(done);
    m_round = 0;
    m_since.start();
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

void KeaBackend::command(const QString& name, const QByteArray& arguments, std::function<void()> then) {
    ask(commandText(name, m_channel->service(), arguments),
        [this, name, then = std::move(then)](const QByteArray& raw) {
            const auto reply = readSuccess(raw, name);
            if (reply)
                then();
            else if (reply.error().code == ErrorCode::Refused)
                refused(reply.error());
            else
                end(tl::unexpected(reply.error()));
        });
}

void KeaBackend::get() {
    ask(commandText(QStringLiteral("config-get"), m_channel->service()), [this](const QByteArray& raw) { edit(raw); });
}

/// On the worker thread: reads the answer, plans and edits.
void KeaBackend::edit(const QByteArray& raw) {
    m_raw = raw;
    m_worker.post([this, raw, offers = m_offers, settled = m_settled, &family = m_family] {
        const auto work = [&]() -> Result<std::shared_ptr<const Draft>> {
            auto draft = std::make_shared<Draft>();
            draft->digest = digestOf(raw);
            if (!settled.refusal && settled.table && settled.digest == draft->digest && settled.offers == offers) {
                draft->table = settled.table;
                return draft;
            }
            const auto reply = readSuccess(raw, QStringLiteral("config-get"));
            if (!reply) return tl::unexpected(reply.error());
            const JsonSpan root = reply->arguments.member(family.root);
            if (root.isMissing())
                return failure(ErrorCode::Protocol,
                               QStringLiteral("config-get: the answer has no \"%1\": another server uses this socket")
                                   .arg(QLatin1String(family.root)));
            const auto config = KeaConfig::read(root, family);
            if (!config) return tl::unexpected(config.error());
            auto table = std::make_shared<SubnetTable>();
            table->subnets = config->subnets();
            table->plans = planSubnets(*offers, family.family, table->subnets);
            const QByteArray text = config->edited(table->plans);
            // Nothing but the root: newer versions add a "hash" beside it, which config-set refuses.
            if (!text.isNull()) draft->arguments = QByteArray("{ \"") + family.root + "\": " + text + " }";
            draft->table = std::move(table);
            return draft;
        };
        return Worker::Answer([this, draft = work()] { edited(draft); });
    });
}

void KeaBackend::edited(const Result<std::shared_ptr<const Draft>>& draft) {
    if (!draft) {
        end(tl::unexpected(draft.error()));
        return;
    }
    m_draft = *draft;
    if (m_draft->arguments.isNull()) {
        m_settled = {m_draft->digest, m_offers, m_draft->table, {}};
        persist(false);
        return;
    }
    // The same change would be refused again, and each attempt fills the server's log.
    if (m_settled.refusal && m_settled.digest == m_draft->digest && m_settled.offers == m_offers) {
        end(tl::unexpected(*m_settled.refusal));
        return;
    }
    if (m_offers->withdrawsAll)
        getAgain();  // removing an option needs no test, and the host's stop does not wait long
    else
        test();
}

void KeaBackend::test() {
    command(QStringLiteral("config-test"), m_draft->arguments, [this] { getAgain(); });
}

/// Closes most of the gap in which another writer's change would be lost; config-set has no condition.
void KeaBackend::getAgain() {
    ask(commandText(QStringLiteral("config-get"), m_channel->service()), [this](const QByteArray& raw) {
        if (raw == m_raw) {
            set();
        } else if (++m_round < kMostRounds) {
            edit(raw);
        } else {
            end(failure(ErrorCode::Conflict,
                        QStringLiteral("another program keeps changing the configuration; nothing was written"),
                        m_channel->place()));
        }
    });
}

void KeaBackend::set() {
    command(QStringLiteral("config-set"), m_draft->arguments, [this] {
        m_settled = {};  // the next look at the server confirms it
        m_isUnsaved = true;
        persist(true);
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
    m_settled = {m_draft ? m_draft->digest : QByteArray(), m_offers, {}, error};
    end(tl::unexpected(error));
}

void KeaBackend::finish(bool isWritten, const QString& warning) {
    Applied applied;
    applied.table = m_draft->table;
    applied.isWritten = isWritten;
    applied.warning = warning;
    applied.warningReason = QStringLiteral("NotPersisted");
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
