//! Passes over a value without keeping it, and still refuses what is not JSON.

use super::{JsonError, Reader};

impl Reader<'_> {
    /// Passes over the value here.
    pub(super) fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{') => self.skip_nested(Self::skip_entries),
            Some(b'[') => self.skip_nested(Self::skip_items),
            Some(b'-' | b'0'..=b'9') => self.number_text().map(drop),
            // What is left is a word, which costs nothing to keep.
            _ => self.value().map(drop),
        }
    }

    fn skip_nested(
        &mut self,
        skip: fn(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.enter()?;
        skip(self)?;
        self.depth += 1;
        Ok(())
    }

    fn skip_items(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        if self.take_byte(b']') {
            return Ok(());
        }
        loop {
            self.skip_space();
            self.skip()?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    fn skip_entries(&mut self) -> Result<(), JsonError> {
        self.skip_space();
        if self.take_byte(b'}') {
            return Ok(());
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key in double quotes should be here"));
            }
            self.skip_string()?;
            self.colon()?;
            self.skip()?;
            if !self.more(b'}')? {
                return Ok(());
            }
        }
    }

    fn skip_string(&mut self) -> Result<(), JsonError> {
        self.at += 1;
        loop {
            self.plain_run();
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => self.escape().map(drop)?,
                Some(_) => {
                    return Err(self.error("a control character must be written as an escape"));
                }
                None => return Err(self.error("the text ends inside a string")),
            }
        }
        self.at += 1;
        Ok(())
    }
}
