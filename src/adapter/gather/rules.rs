//! The rules that screens are read by: the built-in ones with the user's.

use std::sync::{Arc, PoisonError};

use super::{Watch, within};
use crate::{
    adapter::files::Files,
    fleet::gate::{Rules, UserRules},
};

impl Watch {
    /// The user's rules; a home that gives no answer leaves those that were read last.
    pub(super) async fn user_rules(&self, files: &Files) -> UserRules {
        let read = async { self.inner.rules.lock().await.look(self.exec(), files).await };
        let user = within(self.share(2), read).await;
        let mut current = self.inner.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(user) = user {
            *current = user;
        }
        current.clone()
    }

    /// The rules that screens are read by now.
    pub(in crate::adapter) fn rules(&self) -> Arc<Rules> {
        let current = self.inner.current.lock().unwrap_or_else(PoisonError::into_inner);
        current.rules.clone().unwrap_or_else(Rules::shared)
    }
}
