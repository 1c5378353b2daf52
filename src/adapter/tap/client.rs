//! A watcher's end of a mirror: joins the tap, starts it when there is none, and looks by hand where it cannot serve.
//!
//! Whatever fails, the mirror goes on as well as it can and says how it is fed; it never harms the pane.

use std::{
    io::{self, ErrorKind},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
    sync::mpsc,
    time::{sleep, timeout},
};

use super::{
    binary::Binary,
    daemon,
    place::Place,
    server::Server,
    wire::{self, Frame, Said},
};
use crate::{
    adapter::{clock, exec::Argv, recorder::Wish},
    fleet::{
        ids::PaneId,
        mirror::{Feed, MirrorNews},
        reading::Why,
    },
    screen::{Screen, seed::Seed},
};

/// How often a pane is looked at where there is no pipe for us (`polled 1 s`).
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a tap that failed is left alone before it is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How long starting a tap may take.
const START_LIMIT: Duration = Duration::from_secs(5);

/// How long a tap that says it listens may refuse: the moment in which an old one leaves.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How often in a row a tap is tried that ends without a word: each time it may have been the old one's last moment.
const TRIES: usize = 3;

/// How many pieces of news may wait for whoever shows them; behind that, the tap sends a fresh picture.
const INBOX: usize = 64;

/// How many markers may wait for the tap.
const MARKS: usize = 4;

/// The mirrors of one server.
#[derive(Clone)]
pub struct Mirrors {
    /// Asks tmux.
    pub server: Server,
    /// Where the tap is, or why there can be none.
    pub place: Result<Place, Why>,
    /// Our own binary, which is the tap.
    pub binary: Binary,
}

/// One open mirror. Dropping it lets the pane go.
#[derive(Debug)]
pub struct Mirror {
    /// Its news; ends never by itself.
    pub news: mpsc::Receiver<MirrorNews>,
    reseeds: Reseeds,
    marks: Marks,
}

/// The wish for a fresh picture.
#[derive(Debug)]
pub struct Reseeds(mpsc::Sender<()>);

/// Where to leave markers for the record.
#[derive(Debug)]
pub struct Marks(mpsc::Sender<String>);

impl Mirror {
    /// Where to wish for a fresh picture.
    #[must_use]
    pub fn reseeds(&self) -> &Reseeds {
        &self.reseeds
    }

    /// Where to leave markers for the record.
    #[must_use]
    pub fn marks(&self) -> &Marks {
        &self.marks
    }

    /// Its ends apart, for a task that takes the news. Dropping the news lets the pane go.
    #[must_use]
    pub fn split(self) -> (mpsc::Receiver<MirrorNews>, Reseeds, Marks) {
        (self.news, self.reseeds, self.marks)
    }
}

impl Reseeds {
    /// Says that the picture cannot be right any more: the pane was resized or its program replaced.
    pub fn wish(&self) {
        // One wish that waits is as good as two.
        let _ = self.0.try_send(());
    }
}

impl Marks {
    /// Leaves a marker in the pane's record, if there is one. Lost when the mirror is not live.
    pub fn leave(&self, words: String) {
        // What cannot be taken now is no marker of now.
        let _ = self.0.try_send(words);
    }
}

impl Mirrors {
    /// The mirrors of a server, served by this program's own binary.
    #[must_use]
    pub fn of(server: Server) -> Self {
        let place = server.place();
        Self { server, place, binary: Binary::ours() }
    }

    /// Opens a pane's mirror.
    #[must_use]
    pub fn open(self: &Arc<Self>, pane: PaneId) -> Mirror {
        self.open_recorded(pane, None)
    }

    /// The same, with a record kept of it while it is open.
    #[must_use]
    pub fn open_recorded(self: &Arc<Self>, pane: PaneId, record: Option<Wish>) -> Mirror {
        let (sender, news) = mpsc::channel(INBOX);
        let (reseeds, wishes) = mpsc::channel(1);
        let (marks, left) = mpsc::channel(MARKS);
        let mirrors = Arc::clone(self);
        let follower = Follower { mirrors, pane, record, news: sender, wishes, marks: left, said: None, pictures: 0 };
        tokio::spawn(follower.follow());
        Mirror { news, reseeds: Reseeds(reseeds), marks: Marks(marks) }
    }

    /// A connection to the tap, which is started when there is none.
    async fn connect(&self) -> Result<UnixStream, Why> {
        let place = self.place.clone()?;
        let said = |error: io::Error| Why::new(format!("the tap at {}: {error}", place.socket.display()));
        let deadline = clock::now().steady + CONNECT_LIMIT;
        loop {
            match UnixStream::connect(&place.socket).await {
                Ok(stream) => {
                    place.check()?;
                    let peer = stream.peer_cred().map_err(said)?.uid();
                    let ours = peer == nix::unistd::geteuid().as_raw();
                    return if ours { Ok(stream) } else { Err(Why::new(format!("the tap belongs to uid {peer}"))) };
                }
                Err(error) if !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                    return Err(said(error));
                }
                Err(error) if clock::now().steady > deadline => return Err(said(error)),
                // The one that was found there may have been leaving: so it is asked for again until one answers.
                Err(_) => {
                    self.start().await?;
                    sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }

    async fn start(&self) -> Result<(), Why> {
        let mut words = vec![self.binary.runnable().display().to_string()];
        words.extend(daemon::words(&self.server.socket, self.server.pid));
        let mut argv = Argv::new(words);
        if let Some(dir) = &self.server.tmux.tmpdir {
            argv = argv.with("TMUX_TMPDIR", dir.display().to_string());
        }
        let output = self.server.exec.run(&argv, START_LIMIT).await.map_err(|error| Why::new(error.to_string()))?;
        match output.status {
            0 => Ok(()),
            _ => Err(Why::new(format!("the tap did not start: {}", output.complaint()))),
        }
    }
}

/// Follows one pane for as long as somebody wants its news.
struct Follower {
    mirrors: Arc<Mirrors>,
    pane: PaneId,
    record: Option<Wish>,
    news: mpsc::Sender<MirrorNews>,
    wishes: mpsc::Receiver<()>,
    marks: mpsc::Receiver<String>,
    /// The last picture that was looked up by hand, to draw it once.
    said: Option<Seed>,
    /// How many pictures the tap has sent.
    pictures: u64,
}

/// Why the tap does not serve any more.
struct Over {
    why: Why,
    then: Then,
}

/// What to do about a tap that does not serve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It has left, or was just leaving: the next one may be asked at once.
    Again,
    /// It makes room for one of a newer build, which somebody else is about to start.
    Follow,
    /// The pane is looked at for a while.
    Look,
}

/// Whoever wanted the news has gone.
struct NobodyListens;

impl Follower {
    async fn follow(mut self) {
        while self.round().await.is_ok() {}
    }

    /// One try with the tap, and looks by hand until the next.
    async fn round(&mut self) -> Result<(), NobodyListens> {
        let pictures = self.pictures;
        let mut over = self.live().await?;
        for _ in 1..TRIES {
            if over.then != Then::Again {
                break;
            }
            over = self.live().await?;
        }
        let why = over.why;
        tracing::info!(pane = %self.pane, %why, "mirror without the tap");
        self.said = None;
        // A tap that served and ended may be followed by another at once; one that never did is left alone a while.
        let pause = match over.then {
            Then::Follow => LOOK_EVERY,
            _ if self.pictures == pictures => RETRY_AFTER,
            _ => Duration::ZERO,
        };
        let again = clock::now().steady + pause;
        loop {
            let free = self.look().await?;
            if free && clock::now().steady >= again {
                return Ok(());
            }
            let _ = timeout(LOOK_EVERY, self.wishes.recv()).await;
            if self.news.is_closed() {
                return Err(NobodyListens);
            }
        }
    }

    /// Relays what the tap says until it ends; then says why it did.
    async fn live(&mut self) -> Result<Over, NobodyListens> {
        let mut stream = match self.mirrors.connect().await {
            Ok(stream) => stream,
            Err(why) => return Ok(Over { why, then: Then::Look }),
        };
        let (mut heard, pictures) = (false, self.pictures);
        let over = |words: String, then| Ok(Over { why: Why::new(words), then });
        let silent = |heard: bool| if heard { Then::Look } else { Then::Again };
        if let Err(error) =
            stream.write_all(&wire::watch(self.pane, self.record.clone(), self.mirrors.binary.build())).await
        {
            return over(format!("the tap: {error}"), silent(heard));
        }
        let mut inbox = Vec::new();
        loop {
            loop {
                match Frame::take(&mut inbox) {
                    Ok(Some(Frame::Gone(why))) => return over(why, Then::Look),
                    Ok(Some(Frame::Leaving(why))) if self.pictures > pictures => return over(why, Then::Follow),
                    Ok(Some(Frame::Leaving(why))) => {
                        // It makes room for us: it has when it hangs up.
                        let hangs_up = async { while stream.read_buf(&mut inbox).await.is_ok_and(|read| read > 0) {} };
                        let left = timeout(START_LIMIT, hangs_up).await;
                        return over(why, if left.is_ok() { Then::Again } else { Then::Look });
                    }
                    Ok(Some(frame)) => self.relay(frame).await?,
                    Ok(None) => break,
                    Err(why) => return Ok(Over { why, then: Then::Look }),
                }
            }
            tokio::select! {
                read = stream.read_buf(&mut inbox) => match read {
                    Ok(0) => return over("the tap ended".into(), silent(heard)),
                    Ok(_) => heard = true,
                    Err(error) => return over(format!("the tap: {error}"), silent(heard)),
                },
                wish = self.wishes.recv() => match wish {
                    // A tap that is gone is seen by the read.
                    Some(()) => drop(stream.write_all(&Said::Reseed.write()).await),
                    None => return Err(NobodyListens),
                },
                Some(words) = self.marks.recv() => drop(stream.write_all(&Said::Mark(words).write()).await),
                () = self.news.closed() => return Err(NobodyListens),
            }
        }
    }

    async fn relay(&mut self, frame: Frame) -> Result<(), NobodyListens> {
        let news = match frame {
            Frame::Picture { size, at, picture } => {
                self.pictures += 1;
                MirrorNews::Picture { screen: Box::new(Screen::drawn(size, &picture)), feed: Feed::Live, at }
            }
            Frame::Bytes { at, bytes } => MirrorNews::Bytes { bytes, at },
            Frame::Gone(why) | Frame::Leaving(why) => MirrorNews::Gone(Why::new(why)),
            Frame::Unrecorded(why) => MirrorNews::Unrecorded(Why::new(why)),
        };
        self.news.send(news).await.map_err(|_| NobodyListens)
    }

    /// Looks once by hand; whether the tap might serve the pane: it is large enough and has no pipe, or one that carries our mark. Whether
    /// that is the tap's own or a user's that replaced it, only the tap knows; it leaves the latter alone.
    async fn look(&mut self) -> Result<bool, NobodyListens> {
        let look = self.mirrors.server.look(self.pane, None).await;
        let at = clock::now().wall;
        let (news, free) = match look {
            Ok(look) => {
                let free = !look.dead && !look.is_tiny() && (!look.piped || look.mark.is_some());
                let news = if self.said.as_ref() == Some(&look.seed) {
                    // The same picture is news, too: that it still holds. Without it a quiet pane would look stale.
                    MirrorNews::Bytes { bytes: Vec::new(), at }
                } else {
                    let screen = Box::new(Screen::seeded(&look.seed));
                    self.said = Some(look.seed);
                    MirrorNews::Picture { screen, feed: Feed::Polled, at }
                };
                (news, free)
            }
            Err(why) => {
                self.said = None;
                (MirrorNews::Gone(why), false)
            }
        };
        self.news.send(news).await.map(|()| free).map_err(|_| NobodyListens)
    }
}
