package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

const (
	granule              = 256 * 1024
	statusResume         = 308
	statusClientClosed   = 499
	resumableContentType = "application/json; charset=UTF-8"
)

var (
	rangePattern = regexp.MustCompile(`^bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)$`)
	castagnoli   = crc32.MakeTable(crc32.Castagnoli)
)

// session is one resumable upload.
type session struct {
	lock     sync.Mutex
	path     string
	query    url.Values
	metadata []byte
	pieces   [][]byte
	size     int64
	crc      uint32
	// The answer once it has ended.
	done *httptest.ResponseRecorder
}

func (s *service) beginSession(w http.ResponseWriter, r *http.Request) {
	metadata, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if len(metadata) == 0 {
		metadata = []byte("{}")
	}
	bucket := strings.TrimSuffix(strings.TrimPrefix(r.URL.Path, "/upload"), "/o")
	found := httptest.NewRecorder()
	s.inner.ServeHTTP(found, httptest.NewRequest(http.MethodGet, bucket, nil))
	if found.Code != http.StatusOK {
		fail(w, http.StatusNotFound, "The specified bucket does not exist.")
		return
	}
	query := r.URL.Query()
	query.Set("uploadType", "multipart")
	id := rand.Text()
	s.sessions.Store(id, &session{path: r.URL.Path, query: query, metadata: metadata})
	w.Header().Set("Location", fmt.Sprintf("http://%s%s?uploadType=resumable&upload_id=%s", r.Host, r.URL.Path, id))
	w.WriteHeader(http.StatusOK)
}

func (s *service) serveSession(w http.ResponseWriter, r *http.Request, id string) {
	found, ok := s.sessions.Load(id)
	if !ok {
		fail(w, http.StatusNotFound, "There is no such upload.")
		return
	}
	upload := found.(*session)
	upload.lock.Lock()
	defer upload.lock.Unlock()
	if r.Method == http.MethodDelete {
		s.sessions.Delete(id)
		w.WriteHeader(statusClientClosed)
		return
	}
	if upload.done != nil {
		repeat(w, upload.done)
		return
	}
	contentRange := r.Header.Get("Content-Range")
	if contentRange == "" {
		contentRange = fmt.Sprintf("bytes %d-%d/%d", 0, r.ContentLength-1, r.ContentLength)
		if r.ContentLength == 0 {
			contentRange = "bytes */0"
		}
	}
	parsed := rangePattern.FindStringSubmatch(contentRange)
	if parsed == nil {
		// Node's library streams with an open end.
		open := regexp.MustCompile(`^bytes (\d+)-\*/(\d+|\*)$`).FindStringSubmatch(contentRange)
		if open == nil {
			fail(w, http.StatusBadRequest, "Failed to parse Content-Range header.")
			return
		}
		parsed = []string{"", open[1], "", open[2]}
		if open[2] == "*" {
			parsed[3] = "end"
		}
	}
	if parsed[1] != "" && !upload.take(w, r, parsed) {
		return
	}
	total, err := strconv.ParseInt(parsed[3], 10, 64)
	if parsed[3] == "end" {
		total, err = upload.size, nil
	}
	if err != nil || upload.size < total {
		upload.tellState(w)
		return
	}
	s.endSession(w, r, upload)
}

// take adds a chunk. What arrived of one that broke off stays, in whole granules.
func (u *session) take(w http.ResponseWriter, r *http.Request, parsed []string) bool {
	first, _ := strconv.ParseInt(parsed[1], 10, 64)
	content, err := io.ReadAll(r.Body)
	if first > u.size {
		fail(w, http.StatusServiceUnavailable, fmt.Sprintf("Expected byte %d, got %d.", u.size, first))
		return false
	}
	if err != nil {
		content = content[:len(content)/granule*granule]
	}
	if known := u.size - first; known < int64(len(content)) {
		content = content[known:]
		u.pieces = append(u.pieces, content)
		u.size += int64(len(content))
		u.crc = crc32.Update(u.crc, castagnoli, content)
	}
	if err != nil {
		return false
	}
	if parsed[3] == "*" && u.size%granule != 0 {
		fail(w, http.StatusBadRequest, "Chunks but the last are multiples of 256 KiB.")
		return false
	}
	return true
}

func (u *session) tellState(w http.ResponseWriter) {
	if u.size > 0 {
		w.Header().Set("Range", fmt.Sprintf("bytes=0-%d", u.size-1))
	}
	w.WriteHeader(statusResume)
}

// endSession hands the whole object to the fake as one upload, with the conditions of the session.
func (s *service) endSession(w http.ResponseWriter, r *http.Request, u *session) {
	if wanted := r.Header.Get("X-Goog-Hash"); strings.Contains(wanted, "crc32c=") {
		sum := binary.BigEndian.AppendUint32(nil, u.crc)
		if !strings.Contains(wanted, "crc32c="+base64.StdEncoding.EncodeToString(sum)) {
			fail(w, http.StatusBadRequest, "Provided CRC32C does not match calculated CRC32C.")
			return
		}
	}
	head, boundary := multipartHead(u.metadata)
	parts := []io.Reader{head}
	for _, piece := range u.pieces {
		parts = append(parts, bytes.NewReader(piece))
	}
	parts = append(parts, strings.NewReader("\r\n--"+boundary+"--\r\n"))
	whole := httptest.NewRequest(http.MethodPost, u.path+"?"+u.query.Encode(), io.MultiReader(parts...))
	whole.Host = r.Host
	whole.Header.Set("Content-Type", "multipart/related; boundary="+boundary)
	answer := httptest.NewRecorder()
	s.changes.RLock()
	s.inner.ServeHTTP(answer, whole)
	s.changes.RUnlock()
	u.done, u.pieces = answer, nil
	repeat(w, answer)
}

// multipartHead is everything before the content.
func multipartHead(metadata []byte) (io.Reader, string) {
	var head bytes.Buffer
	writer := multipart.NewWriter(&head)
	part, _ := writer.CreatePart(textproto.MIMEHeader{"Content-Type": {resumableContentType}})
	_, _ = part.Write(metadata)
	_, _ = writer.CreatePart(textproto.MIMEHeader{"Content-Type": {"application/octet-stream"}})
	return &head, writer.Boundary()
}

func repeat(w http.ResponseWriter, answer *httptest.ResponseRecorder) {
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}
