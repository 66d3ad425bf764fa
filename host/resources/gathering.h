// SPDX-License-Identifier: GPL-2.0-or-later
// Collects the answers to several questions. The questions share it; it is deleted with the last of them.
#pragma once

#include <functional>
#include <memory>
#include <utility>

namespace fos1::host {

template <typename Answers>
class Gathering {
   public:
    using Done = std::function<void(const Answers&)>;

    /// `done` is called at the last close(). One question is open from the start; the caller of begin() closes it.
    static std::shared_ptr<Gathering> begin(Done done, Answers answers = {}) {
        return std::shared_ptr<Gathering>(new Gathering(std::move(done), std::move(answers)));
    }
    void open() { ++m_open; }
    void close() {
        if (--m_open == 0) m_done(answers);
    }

    Answers answers;

   private:
    Gathering(Done done, Answers first) : answers(std::move(first)), m_done(std::move(done)) {}

    Done m_done;
    int m_open = 1;
};

}  // namespace fos1::host
