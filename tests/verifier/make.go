// Make writes a log with Go's golang.org/x/mod/sumdb/{tlog,note}, unchanged, in the layout of C2SP
// tlog-tiles, with receipts and proofs of growth, so that Evenhand's own verifier can be run over a
// log that it did not write.
//
//	make DIRECTORY SIZE
package main

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "go.example/log"

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for n, index := range indexes {
		found[n] = h[index]
	}
	return found, nil
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	directory := os.Args[1]
	size, err := strconv.ParseInt(os.Args[2], 10, 64)
	must(err)
	write := func(path, data string) {
		path = filepath.Join(directory, filepath.FromSlash(path))
		must(os.MkdirAll(filepath.Dir(path), 0o777))
		must(os.WriteFile(path, []byte(data), 0o666))
	}

	var stored hashes
	bundles := make([]string, (size+255)/256)
	for n := int64(0); n < size; n++ {
		entry := fmt.Sprintf("entry %d %s", n, strings.Repeat("y", int(n*17%300)))
		more, err := tlog.StoredHashes(n, []byte(entry), stored)
		must(err)
		stored = append(stored, more...)
		var length [2]byte
		binary.BigEndian.PutUint16(length[:], uint16(len(entry)))
		bundles[n/256] += string(length[:]) + entry
	}
	// NewTiles lists every width of a partial tile; only the last of each is of this size.
	last := map[string]tlog.Tile{}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		last[fmt.Sprint(tile.L, " ", tile.N)] = tile
	}
	for _, tile := range last {
		data, err := tlog.ReadTileData(tile, stored)
		must(err)
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		write(path, string(data))
		if tile.L == 0 {
			write(strings.Replace(path, "tile/0/", "tile/entries/", 1), bundles[tile.N])
		}
	}

	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	must(err)
	signer, err := note.NewSigner(skey)
	must(err)
	checkpoint := func(n int64) string {
		root, err := tlog.TreeHash(n, stored)
		must(err)
		text := fmt.Sprintf("%s\n%d\n%s\n", origin, n, root)
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		must(err)
		return string(signed)
	}
	write("vkey", vkey+"\n")
	write("checkpoint", checkpoint(size))
	for n := int64(0); n < size; n += 1 + size/50 {
		proof, err := tlog.ProveRecord(size, n, stored)
		must(err)
		text := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", n)
		for _, hash := range proof {
			text += hash.String() + "\n"
		}
		write(fmt.Sprintf("receipts/%d", n), text+"\n"+checkpoint(size))

		growth, err := tlog.ProveTree(size, n+1, stored)
		must(err)
		text = fmt.Sprintf("old %d\n", n+1)
		for _, hash := range growth {
			text += hash.String() + "\n"
		}
		write(fmt.Sprintf("growth/%d", n+1), text+"\n"+checkpoint(size))
		write(fmt.Sprintf("checkpoints/%d", n+1), checkpoint(n+1))
	}
}
