// Verify checks a log of decisions from the files that it serves, with the code that checks every
// download of the Go language: golang.org/x/mod/sumdb/tlog and .../note, unchanged. Nothing of
// Evenhand is used; only the paths (C2SP tlog-tiles), entry bundles, cosignatures and receipts,
// which those packages do not know, are read here.
//
//	verify [-witness VKEY]... [-receipt FILE] [-tamper N] [-crashed] DIRECTORY VKEY
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8 // of a tile: 256 hashes

// crashed allows files that were written for a checkpoint that was not published any more.
var crashed = flag.Bool("crashed", false, "the log was killed: files may reach beyond the checkpoint")

// served is what the log serves: contents by path.
type served map[string][]byte

type list []string

func (l *list) String() string     { return strings.Join(*l, " ") }
func (l *list) Set(s string) error { *l = append(*l, s); return nil }

func main() {
	var witnesses list
	flag.Var(&witnesses, "witness", "verifier key of a witness that must have cosigned (again for more)")
	receipt := flag.String("receipt", "", "a receipt to check; its leaf is looked up in the log")
	tamper := flag.Int("tamper", 0, "also flip one bit at each of this many places; each must be found")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: verify [-witness VKEY]... [-receipt FILE] [-tamper N] [-crashed] DIRECTORY VKEY")
		os.Exit(2)
	}
	files, err := load(flag.Arg(0))
	check(err)
	keys, err := verifiers(flag.Arg(1), witnesses)
	check(err)

	start := time.Now()
	report, err := verify(files, keys)
	check(err)
	fmt.Printf("ok: %s, in %.2f s\n", report, time.Since(start).Seconds())
	if *receipt != "" {
		text, err := os.ReadFile(*receipt)
		check(err)
		check(verifyReceipt(files, keys, string(text)))
		fmt.Println("ok: the receipt's leaf is in the log, and its checkpoint is one of this log's")
	}
	if *tamper > 0 {
		check(tampered(files, keys, *tamper))
		fmt.Printf("ok: each of %d flipped bits was found\n", *tamper)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "FAIL:", err)
		os.Exit(1)
	}
}

// load reads the checkpoint and all tiles.
func load(directory string) (served, error) {
	files := served{}
	add := func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(directory, path)
		files[filepath.ToSlash(name)] = data
		return err
	}
	if err := add(filepath.Join(directory, "checkpoint")); err != nil {
		return nil, err
	}
	err := filepath.Walk(filepath.Join(directory, "tile"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		return add(path)
	})
	if os.IsNotExist(err) {
		err = nil // an empty log has no tiles
	}
	return files, err
}

// known holds the log's key and those of the witnesses, all of which must have signed.
type known struct {
	log       note.Verifier
	witnesses []note.Verifier
}

func verifiers(log string, witnesses []string) (known, error) {
	verifier, err := note.NewVerifier(log)
	if err != nil {
		return known{}, fmt.Errorf("the log's key: %w", err)
	}
	keys := known{log: verifier}
	for _, line := range witnesses {
		witness, err := newCosigner(line)
		if err != nil {
			return known{}, fmt.Errorf("the witness's key %s: %w", line, err)
		}
		keys.witnesses = append(keys.witnesses, witness)
	}
	return keys, nil
}

// cosigner verifies cosignature/v1 (C2SP tlog-cosignature), which the package note does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(line string) (*cosigner, error) {
	parts := strings.SplitN(line, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("not name+id+key")
	}
	key, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return nil, err
	}
	if len(key) != 33 || key[0] != 0x04 {
		return nil, errors.New("not a key of type 0x04")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), key...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		return nil, errors.New("the id does not belong to the key")
	}
	return &cosigner{parts[0], binary.BigEndian.Uint32(sum[:]), key[1:]}, nil
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

// openCheckpoint gives the tree that the log and all witnesses signed.
func openCheckpoint(text []byte, keys known) (tlog.Tree, error) {
	all := append([]note.Verifier{keys.log}, keys.witnesses...)
	opened, err := note.Open(text, note.VerifierList(all...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(opened.Sigs) != len(all) {
		return tlog.Tree{}, fmt.Errorf("%d of %d keys signed the checkpoint", len(opened.Sigs), len(all))
	}
	for _, signature := range opened.Sigs {
		// Package note ignores the last, unused bits of the base64.
		if _, err := base64.StdEncoding.Strict().DecodeString(signature.Base64); err != nil {
			return tlog.Tree{}, fmt.Errorf("signature of %s: %w", signature.Name, err)
		}
	}
	// Package tlog reads only the checkpoints of the Go checksum database, which have its origin.
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, errors.New("a checkpoint has three lines: origin, size, root")
	}
	if lines[0] != keys.log.Name() {
		return tlog.Tree{}, fmt.Errorf("the checkpoint is one of %q, not of %q", lines[0], keys.log.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || strconv.FormatInt(size, 10) != lines[1] {
		return tlog.Tree{}, fmt.Errorf("size %q", lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// verify checks everything that is served, and says what there is.
func verify(files served, keys known) (string, error) {
	tree, err := openCheckpoint(files["checkpoint"], keys)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %w", err)
	}
	leaves, err := readLeaves(files, tree.N)
	if err != nil {
		return "", err
	}
	// The tree computed from the leaves alone.
	var stored hashes
	for n, leaf := range leaves {
		more, err := tlog.StoredHashesForRecordHash(int64(n), leaf, stored)
		if err != nil {
			return "", err
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return "", err
	}
	if tree.N > 0 && root != tree.Hash || tree.N == 0 && tree.Hash != sha256.Sum256(nil) {
		return "", fmt.Errorf("the leaves give the root %v, the checkpoint says %v", root, tree.Hash)
	}
	for path, data := range files {
		if err := checkFile(path, data, tree.N, stored, files); err != nil {
			return "", err
		}
	}
	// What a client sees that trusts no tile until it leads to the signed root.
	client := tlog.TileHashReader(tree, files)
	for n, leaf := range leaves {
		proof, err := tlog.ProveRecord(tree.N, int64(n), stored)
		if err != nil {
			return "", err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(n), leaf); err != nil {
			return "", fmt.Errorf("leaf %d: %w", n, err)
		}
	}
	for _, n := range some(tree.N, 300) {
		proof, err := tlog.ProveRecord(tree.N, n, client)
		if err != nil {
			return "", fmt.Errorf("leaf %d by tiles: %w", n, err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]); err != nil {
			return "", fmt.Errorf("leaf %d by tiles: %w", n, err)
		}
	}
	sizes := some(tree.N, 300)
	for _, n := range sizes {
		size := n + 1
		old, err := tlog.TreeHash(size, stored)
		if err != nil {
			return "", err
		}
		proof, err := tlog.ProveTree(tree.N, size, client)
		if err != nil {
			return "", fmt.Errorf("growth from %d: %w", size, err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, size, old); err != nil {
			return "", fmt.Errorf("growth from %d: %w", size, err)
		}
	}
	return fmt.Sprintf("%d leaves, %d files, %d signatures; inclusion of every leaf, growth from %d sizes",
		tree.N, len(files), 1+len(keys.witnesses), len(sizes)), nil
}

// some gives the numbers below size: all, or the first, the last and as many others.
func some(size int64, others int) []int64 {
	if size <= int64(others) {
		all := make([]int64, size)
		for n := range all {
			all[n] = int64(n)
		}
		return all
	}
	numbers := []int64{0, size - 1}
	for n := 0; n < others; n++ {
		numbers = append(numbers, rand.Int63n(size))
	}
	return numbers
}

// hashes are all hashes of a tree, in the order of package tlog.
type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for n, index := range indexes {
		if index >= int64(len(h)) {
			return nil, fmt.Errorf("hash %d is beyond the tree", index)
		}
		found[n] = h[index]
	}
	return found, nil
}

// readLeaves gives the hash of every entry of the log.
func readLeaves(files served, size int64) ([]tlog.Hash, error) {
	var leaves []tlog.Hash
	for index := int64(0); index*256 < size; index++ {
		width := min(256, size-index*256)
		path := "tile/entries/" + place(index, width)
		data, ok := files[path]
		if !ok {
			// The bundle may have become full since.
			path = "tile/entries/" + place(index, 256)
			if data, ok = files[path]; !ok {
				return nil, fmt.Errorf("%s is missing", path)
			}
		}
		entries, err := bundle(data)
		if err != nil || int64(len(entries)) < width {
			return nil, fmt.Errorf("%s: %d entries, %v", path, len(entries), err)
		}
		for _, entry := range entries[:width] {
			leaves = append(leaves, tlog.RecordHash(entry))
		}
	}
	return leaves, nil
}

// bundle reads entries, each after its length in two bytes.
func bundle(data []byte) ([][]byte, error) {
	var entries [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
			return entries, errors.New("ends within an entry")
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:end])
		data = data[end:]
	}
	return entries, nil
}

// place is the end of a path: 1234067 is x001/x234/067, and a partial one ends in .p/width.
func place(index, width int64) string {
	path := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		path = fmt.Sprintf("x%03d/%s", index%1000, path)
	}
	if width < 256 {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

// checkFile checks a file against the hashes of the leaves, also one that no proof needs any more.
func checkFile(path string, data []byte, size int64, stored hashes, files served) error {
	if path == "checkpoint" {
		return nil
	}
	if strings.HasPrefix(path, "tile/entries/") {
		tile, err := tlog.ParseTilePath("tile/8/0/" + strings.TrimPrefix(path, "tile/entries/"))
		if err != nil {
			return err
		}
		entries, err := bundle(data)
		if err != nil || len(entries) != tile.W {
			return fmt.Errorf("%s: %d entries, %v", path, len(entries), err)
		}
		for n, entry := range entries {
			index := tile.N*256 + int64(n)
			if index >= size && *crashed {
				break
			}
			if index >= size {
				return fmt.Errorf("%s holds entries beyond the checkpoint", path)
			}
			if tlog.RecordHash(entry) != stored[tlog.StoredHashIndex(0, index)] {
				return fmt.Errorf("%s: entry %d is another", path, index)
			}
		}
		return nil
	}
	tile, err := tlog.ParseTilePath("tile/8/" + strings.TrimPrefix(path, "tile/"))
	if err != nil {
		return err
	}
	if len(data) != tile.W*tlog.HashSize {
		return fmt.Errorf("%s has %d bytes", path, len(data))
	}
	if covered := size>>(height*tile.L) - tile.N<<height; *crashed && covered < int64(tile.W) {
		if covered <= 0 {
			return nil
		}
		tile.W = int(covered)
		data = data[:covered*tlog.HashSize]
	}
	expected, err := tlog.ReadTileData(tile, stored)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if !bytes.Equal(expected, data) {
		return fmt.Errorf("%s does not hold the hashes of the leaves below it", path)
	}
	return nil
}

// Height, ReadTiles and SaveTiles let package tlog read and check tiles as a client would.
func (files served) Height() int { return height }

func (files served) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for n, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		found, ok := files[path]
		if !ok {
			full := tile
			full.W = 256
			if found, ok = files[strings.Replace(full.Path(), "tile/8/", "tile/", 1)]; !ok {
				return nil, fmt.Errorf("%s is missing", path)
			}
		}
		if len(found) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("%s is too short", path)
		}
		data[n] = found[:tile.W*tlog.HashSize]
	}
	return data, nil
}

func (files served) SaveTiles([]tlog.Tile, [][]byte) {}

// verifyReceipt checks a receipt (C2SP tlog-proof) on its own and against the log.
func verifyReceipt(files served, keys known, text string) error {
	proofText, checkpoint, found := strings.Cut(text, "\n\n")
	lines := strings.Split(proofText, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a receipt")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return errors.New("the receipt has no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	then, err := openCheckpoint([]byte(checkpoint), keys)
	if err != nil {
		return fmt.Errorf("the receipt's checkpoint: %w", err)
	}
	now, err := openCheckpoint(files["checkpoint"], keys)
	if err != nil {
		return err
	}
	leaves, err := readLeaves(files, now.N)
	if err != nil {
		return err
	}
	if index >= int64(len(leaves)) {
		return fmt.Errorf("the log has no leaf %d", index)
	}
	if err := tlog.CheckRecord(proof, then.N, then.Hash, index, leaves[index]); err != nil {
		return fmt.Errorf("the receipt: %w", err)
	}
	growth, err := tlog.ProveTree(now.N, then.N, tlog.TileHashReader(now, files))
	if err != nil {
		return err
	}
	return tlog.CheckTree(growth, now.N, now.Hash, then.N, then.Hash)
}

// tampered flips one bit at a time and fails if nobody sees it.
func tampered(files served, keys known, times int) error {
	paths := make([]string, 0, len(files))
	for path := range files {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	for n := 0; n < times; n++ {
		path := paths[rand.Intn(len(paths))]
		if n < len(paths) && times >= len(paths) {
			path = paths[n] // every file at least once
		}
		data := files[path]
		if len(data) == 0 {
			continue
		}
		at, bit := rand.Intn(len(data)), byte(1)<<rand.Intn(8)
		data[at] ^= bit
		_, err := verify(files, keys)
		data[at] ^= bit
		if err == nil {
			return fmt.Errorf("a flipped bit (byte %d of %s, bit %#x) was not found", at, path, bit)
		}
	}
	return nil
}

func min(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}
